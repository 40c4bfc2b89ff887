/*
 * The reference side of `make bench`: what a C program does with libwbxml, expat, OpenSSL and SQLite.
 *
 * It reads commands from standard input and answers each with one line, so that its rounds
 * interleave with ours on the same machine in the same minute:
 *
 *   load NAME DOCUMENT.xml DOCUMENT.wbxml   a document, and what verify reads
 *   rows NAME TEMPLATE.xml ROWS.tsv         a text with holes {{1}}, {{2}} … and what fills them:
 *                                           column 0 is the PIN, the key of the HMAC
 *   time OPERATION NAME COUNT               CPU nanoseconds of COUNT runs
 *   show OPERATION NAME ROW                 the octets that one run makes, as hex
 *   run COUNT PROGRAM [ARGUMENT …]          starts a program; wall and CPU nanoseconds of all
 *                                           runs, and the largest resident set in KiB
 *   sqlite DATABASE ROWS                    wall nanoseconds of a transaction that inserts so many
 *                                           rows, as durable as SQLite makes it (WAL, FULL)
 *
 * Operations: encode, build, verify, hmac, hmac-low.
 */
#define _GNU_SOURCE
#define OPENSSL_SUPPRESS_DEPRECATED
#include <expat.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wbxml/wbxml.h>

#define MAX_DOCUMENTS 8
#define MAX_PIECES 64
#define MAX_COLUMNS 16
#define MAX_OUTPUT (1 << 16)

struct text {
    unsigned char *octets;
    size_t length;
};

/* A fixed piece of a template and the column that follows it; -1 after the last. */
struct piece {
    const unsigned char *octets;
    size_t length;
    int column;
};

struct row {
    const char *cell[MAX_COLUMNS];
    size_t length[MAX_COLUMNS];
};

struct document {
    char name[32];
    struct text xml, wbxml;
    struct piece pieces[MAX_PIECES];
    size_t piece_count;
    struct row *rows;
    size_t row_count;
};

static struct document documents[MAX_DOCUMENTS];
static size_t document_count;
static unsigned char filled[MAX_OUTPUT], output[MAX_OUTPUT];
static size_t output_length;
static volatile uint64_t guard;

static void fail(const char *what, const char *detail) {
    fprintf(stderr, "reference: %s: %s\n", what, detail);
    exit(1);
}

static struct text read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail("cannot open", path);
    fseek(file, 0, SEEK_END);
    struct text text = {NULL, (size_t)ftell(file)};
    rewind(file);
    text.octets = malloc(text.length + 1);
    if (!text.octets || fread(text.octets, 1, text.length, file) != text.length)
        fail("cannot read", path);
    text.octets[text.length] = 0;
    fclose(file);
    return text;
}

static struct document *document(const char *name) {
    for (size_t i = 0; i < document_count; i++)
        if (!strcmp(documents[i].name, name)) return &documents[i];
    if (document_count == MAX_DOCUMENTS) fail("too many documents", name);
    struct document *new = &documents[document_count++];
    snprintf(new->name, sizeof new->name, "%s", name);
    return new;
}

static void load_rows(struct document *doc, const char *template, const char *rows) {
    const unsigned char *at = read_file(template).octets;
    doc->piece_count = 0;
    for (;;) {
        if (doc->piece_count == MAX_PIECES) fail("too many holes", template);
        struct piece *piece = &doc->pieces[doc->piece_count++];
        const char *hole = strstr((const char *)at, "{{");
        piece->octets = at;
        piece->length = hole ? (size_t)(hole - (const char *)at) : strlen((const char *)at);
        piece->column = hole ? atoi(hole + 2) : -1;
        if (!hole) break;
        at = (const unsigned char *)strstr(hole, "}}") + 2;
    }
    struct text text = read_file(rows);
    size_t capacity = 0;
    doc->row_count = 0;
    for (char *line = strtok((char *)text.octets, "\n"); line; line = strtok(NULL, "\n")) {
        if (doc->row_count == capacity) {
            capacity = capacity ? 2 * capacity : 1024;
            doc->rows = realloc(doc->rows, capacity * sizeof *doc->rows);
            if (!doc->rows) fail("out of memory", rows);
        }
        struct row *row = &doc->rows[doc->row_count++];
        for (int column = 0; line && column < MAX_COLUMNS; column++) {
            row->cell[column] = strsep(&line, "\t");
            row->length[column] = strlen(row->cell[column]);
        }
    }
}

static void xml_to_wbxml(const unsigned char *xml, size_t length, WB_UTINY **out, WB_ULONG *out_length) {
    WBXMLConvXML2WBXML *conv = NULL;
    wbxml_conv_xml2wbxml_create(&conv);
    wbxml_conv_xml2wbxml_disable_string_table(conv);
    WBXMLError error = wbxml_conv_xml2wbxml_run(conv, (WB_UTINY *)xml, (WB_ULONG)length, out, out_length);
    wbxml_conv_xml2wbxml_destroy(conv);
    if (error != WBXML_OK) fail("xml2wbxml", (const char *)wbxml_errors_string(error));
}

static void hmac_sha1(const char *key, size_t key_length, const unsigned char *data, size_t length,
                      unsigned char mac[20]) {
    unsigned int mac_length;
    HMAC(EVP_sha1(), key, (int)key_length, data, length, mac, &mac_length);
}

/* XML to WBXML without a string table. */
static void encode(const struct document *doc, size_t number) {
    (void)number;
    WB_UTINY *wbxml;
    WB_ULONG length;
    xml_to_wbxml(doc->xml.octets, doc->xml.length, &wbxml, &length);
    memcpy(output, wbxml, length);
    output_length = length;
    free(wbxml);
}

/* A row into a template, libwbxml, HMAC, and the WSP push PDU around it. */
static void build(const struct document *doc, size_t number) {
    static const unsigned char head[] = {0x01, 0x06, 0x2F, 0x1F, 0x2D, 0xB6, 0x91, 0x81, 0x92};
    static const char digits[] = "0123456789ABCDEF";
    const struct row *row = &doc->rows[number % doc->row_count];
    unsigned char *at = filled;
    for (const struct piece *piece = doc->pieces; ; piece++) {
        memcpy(at, piece->octets, piece->length);
        at += piece->length;
        if (piece->column < 0) break;
        memcpy(at, row->cell[piece->column], row->length[piece->column]);
        at += row->length[piece->column];
    }
    WB_UTINY *wbxml;
    WB_ULONG length;
    xml_to_wbxml(filled, (size_t)(at - filled), &wbxml, &length);
    unsigned char mac[20];
    hmac_sha1(row->cell[0], row->length[0], wbxml, length, mac);
    at = output;
    memcpy(at, head, sizeof head);
    at += sizeof head;
    for (int i = 0; i < 20; i++) {
        *at++ = (unsigned char)digits[mac[i] >> 4];
        *at++ = (unsigned char)digits[mac[i] & 15];
    }
    *at++ = 0;
    memcpy(at, wbxml, length);
    output_length = (size_t)(at - output) + length;
    free(wbxml);
}

static void on_start(void *data, const char *name, const char **attributes) {
    (void)data;
    guard += (unsigned char)name[0];
    for (; *attributes; attributes += 2) guard += (unsigned char)attributes[1][0];
}

static void on_end(void *data, const char *name) {
    (void)data;
    guard += (unsigned char)name[0];
}

static void on_text(void *data, const char *text, int length) {
    (void)data;
    guard += (unsigned char)text[0] + (unsigned)length;
}

/* The HMAC over what arrived, wbxml2xml, and expat with handlers over the result. */
static void verify(const struct document *doc, size_t number) {
    const struct row *row = &doc->rows[number % doc->row_count];
    hmac_sha1(row->cell[0], row->length[0], doc->wbxml.octets, doc->wbxml.length, output);
    output_length = 20;
    WBXMLConvWBXML2XML *conv = NULL;
    WB_UTINY *xml;
    WB_ULONG length;
    wbxml_conv_wbxml2xml_create(&conv);
    wbxml_conv_wbxml2xml_set_gen_type(conv, WBXML_GEN_XML_COMPACT);
    WBXMLError error =
        wbxml_conv_wbxml2xml_run(conv, doc->wbxml.octets, (WB_ULONG)doc->wbxml.length, &xml, &length);
    wbxml_conv_wbxml2xml_destroy(conv);
    if (error != WBXML_OK) fail("wbxml2xml", (const char *)wbxml_errors_string(error));
    XML_Parser parser = XML_ParserCreate(NULL);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    if (XML_Parse(parser, (const char *)xml, (int)length, 1) != XML_STATUS_OK) fail("expat", doc->name);
    XML_ParserFree(parser);
    free(xml);
}

/* The HMAC alone: OpenSSL's one call. */
static void hmac(const struct document *doc, size_t number) {
    const struct row *row = &doc->rows[number % doc->row_count];
    hmac_sha1(row->cell[0], row->length[0], doc->wbxml.octets, doc->wbxml.length, output);
    output_length = 20;
}

/* The HMAC alone, by hand over OpenSSL's low-level SHA-1: no look-up, no allocation. */
static void hmac_low(const struct document *doc, size_t number) {
    const struct row *row = &doc->rows[number % doc->row_count];
    unsigned char pad[64] = {0};
    SHA_CTX sha;
    memcpy(pad, row->cell[0], row->length[0]);
    for (int i = 0; i < 64; i++) pad[i] ^= 0x36;
    SHA1_Init(&sha);
    SHA1_Update(&sha, pad, 64);
    SHA1_Update(&sha, doc->wbxml.octets, doc->wbxml.length);
    SHA1_Final(output, &sha);
    for (int i = 0; i < 64; i++) pad[i] ^= 0x36 ^ 0x5C;
    SHA1_Init(&sha);
    SHA1_Update(&sha, pad, 64);
    SHA1_Update(&sha, output, 20);
    SHA1_Final(output, &sha);
    output_length = 20;
}

static const struct {
    const char *name;
    void (*run)(const struct document *, size_t);
} operations[] = {
    {"encode", encode}, {"build", build}, {"verify", verify}, {"hmac", hmac}, {"hmac-low", hmac_low},
};

static void (*operation(const char *name))(const struct document *, size_t) {
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (!strcmp(operations[i].name, name)) return operations[i].run;
    fail("unknown operation", name);
    return NULL;
}

static int64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void run_program(long count, char *const arguments[]) {
    extern char **environ;
    int64_t wall = 0, cpu = 0;
    long resident = 0;
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&quiet, 1, 2);
    for (long i = 0; i < count; i++) {
        pid_t child;
        int status;
        struct rusage usage;
        int64_t start = nanoseconds(CLOCK_MONOTONIC);
        if (posix_spawnp(&child, arguments[0], &quiet, NULL, arguments, environ)) fail("cannot run", arguments[0]);
        if (wait4(child, &status, 0, &usage) < 0) fail("cannot wait for", arguments[0]);
        wall += nanoseconds(CLOCK_MONOTONIC) - start;
        if (status) fail("failed", arguments[0]);
        cpu += (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000000) +
               (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * INT64_C(1000);
        if (usage.ru_maxrss > resident) resident = usage.ru_maxrss;
    }
    posix_spawn_file_actions_destroy(&quiet);
    printf("%lld %lld %ld\n", (long long)wall, (long long)cpu, resident);
}

static void execute(sqlite3 *database, const char *statement) {
    if (sqlite3_exec(database, statement, NULL, NULL, NULL)) fail(statement, sqlite3_errmsg(database));
}

static void insert_rows(const char *path, long count) {
    static sqlite3 *database;
    static sqlite3_stmt *insert;
    static long inserted;
    static const char octets[64] = "the value of a node with its format, its ACL and when it came";
    if (!database) {
        if (sqlite3_open(path, &database)) fail("cannot open", path);
        execute(database, "PRAGMA journal_mode = WAL");
        execute(database, "PRAGMA synchronous = FULL");
        execute(database, "CREATE TABLE nodes (path TEXT PRIMARY KEY, node BLOB) WITHOUT ROWID");
        sqlite3_prepare_v2(database, "INSERT INTO nodes VALUES (?, ?)", -1, &insert, NULL);
    }
    int64_t start = nanoseconds(CLOCK_MONOTONIC);
    execute(database, "BEGIN IMMEDIATE");
    for (long i = 0; i < count; i++) {
        char node[64];
        int length = snprintf(node, sizeof node, "./DMAcc/%08ld/AppAddr/1/Addr", inserted++);
        sqlite3_bind_text(insert, 1, node, length, SQLITE_STATIC);
        sqlite3_bind_blob(insert, 2, octets, sizeof octets, SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE) fail("cannot insert", sqlite3_errmsg(database));
        sqlite3_reset(insert);
    }
    execute(database, "COMMIT");
    printf("%lld\n", (long long)(nanoseconds(CLOCK_MONOTONIC) - start));
}

int main(void) {
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin)) {
        char *word[64] = {NULL};
        size_t count = 0;
        line[strcspn(line, "\n")] = 0;
        for (char *next = line; count < 63 && next;) word[count++] = strsep(&next, "\t");
        if (!strcmp(word[0], "load") && count == 4) {
            struct document *doc = document(word[1]);
            doc->xml = read_file(word[2]);
            doc->wbxml = read_file(word[3]);
            puts("ok");
        } else if (!strcmp(word[0], "rows") && count == 4) {
            load_rows(document(word[1]), word[2], word[3]);
            puts("ok");
        } else if (!strcmp(word[0], "time") && count == 4) {
            void (*run)(const struct document *, size_t) = operation(word[1]);
            const struct document *doc = document(word[2]);
            size_t runs = (size_t)atol(word[3]);
            int64_t start = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
            for (size_t i = 0; i < runs; i++) {
                run(doc, i);
                guard += output[0];
            }
            printf("%lld\n", (long long)(nanoseconds(CLOCK_THREAD_CPUTIME_ID) - start));
        } else if (!strcmp(word[0], "show") && count == 4) {
            operation(word[1])(document(word[2]), (size_t)atol(word[3]));
            for (size_t i = 0; i < output_length; i++) printf("%02X", output[i]);
            puts("");
        } else if (!strcmp(word[0], "run") && count >= 3) {
            run_program(atol(word[1]), &word[2]);
        } else if (!strcmp(word[0], "sqlite") && count == 3) {
            insert_rows(word[1], atol(word[2]));
        } else {
            fail("cannot understand", word[0]);
        }
        fflush(stdout);
    }
    return 0;
}
