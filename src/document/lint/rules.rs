//! What the linter asks for beyond the standards' own rules.

use crate::document::cp::rules as cp;
use crate::document::dm::rules as dm;
use crate::finding::{Rule, rules};

rules! {
    /// Every rule of the linter.
    pub static ALL;

    // Values that stand in the wrong place
    TYPE_HOLDS_ADDRESS = "lint-type-holds-address" Error "WAP-183 §5.6.2, §5.6.5, §8.3" "the type of an address is a type, not the address";
    ADDRESS_HOLDS_TYPE = "lint-address-holds-type" Warning "WAP-183 §5.6.2, §5.6.5" "an address is an address, not the name of its type";
    ADDRESS_EMPTY = "lint-address-empty" Warning "OMA DM Standardized Objects 1.2, DMAcc Addr; Symbian connmoadapter" "the address of an account, access point or proxy is not empty";
    ADDRESS_FORM = "lint-address-form" Warning "OMA DM Standardized Objects 1.2, DMAcc AddrType; WAP-183 §5.6.5" "Addr has the form that AddrType, written or default, asks for";
    BEARER_NAME = "lint-bearer-name" Warning "Symbian connmoadapter" "BearerType has the names of the connectivity object, not those of provisioning documents";
    APN_IN_NAPID = "lint-apn-in-napid" Warning "WAP-183 §5.6.5" "the access point name stands in NAP-ADDRESS, NAPID is a name of the document's own";
    REFERENCE_MIXED_UP = "lint-reference-mixed-up" Error "WAP-183 §5.6.2; ProvCont 1.1" "references give identifiers, not addresses or names";
    PROXY_ADDRESS = "lint-proxy-address" Warning "WAP-183 §5.6.2" "PXADDR is an address alone, without scheme, port or path";
    LEADING_ZEROS = "lint-ipv4-leading-zeros" Warning "seen in operators' messages; RFC 6943 §3.1.1: programs differ" "the numbers of an IPv4 address have no leading zeros";
    APPID_OTHER = "lint-appid" Warning "OMA DM, AC w7" "an APPLICATION that holds a DM account has the APPID w7";
    SERVER_ID_URL = "lint-server-id-url" Warning "OMA DM Standardized Objects 1.2, DMAcc ServerID" "the server's identifier is a name, not its URL";
    SERVER_ID_ACL = "lint-server-id-acl" Warning "OMA DM Tree and Description 1.2 §7.7.1" "the server's identifier can stand in an ACL";
    BLANKS = "lint-blanks" Warning "WAP-185 §5.1: receivers compare to the letter" "values neither begin nor end with white space, and secrets are not broken by it";
    COPIED_CHARACTERS = "lint-copied-characters" Warning "WAP-185 §5.1: receivers compare to the letter" "values hold no typographic quotes and invisible characters";
    PLACEHOLDER = "lint-placeholder" Warning "seen in templates that nobody filled" "values are real, not the gaps of a template";
    // Reaching the server
    SERVER_URL = "lint-server-url" Warning "OMA DM HTTP Binding 1.2" "the server's address is a URL with http or https and a host";
    SERVER_LOCAL = "lint-server-local" Warning "RFC 1918, RFC 6761" "the server's address can be reached from the device";
    PLAIN_HTTP = "lint-plain-http" Warning "OMA DM Security 1.2 §5.5: the transport protects what sessions carry" "the server is spoken to over https";
    PORT_SCHEME = "lint-port-scheme" Warning "OMA DM HTTP Binding 1.2; RFC 9110 §4.2" "http and https do not stand beside each other's port";
    PORT_UNWRITTEN = "lint-port-unwritten" Note "Symbian uses port 80 for https when none is written" "the port of an https server is written";
    INIT_UNREACHABLE = "lint-init-unreachable" Note "ProvCont 1.1, w7 INIT" "a session that is to start at once has an access point to go through";
    ACCESS_POINT_UNUSED = "lint-access-point-unused" Warning "WAP-185 §5; ProvCont 1.1" "every access point is used by something";
    INTERNET_UNMARKED = "lint-internet-unmarked" Warning "ProvCont 1.1: INTERNET stands for a NAPDEF with that flag" "an access point that INTERNET is to mean has the flag INTERNET";
    // Accounts
    SERVER_ID_REPEATED = "lint-server-id-repeated" Warning "Symbian updates the first account; DMAcc ServerID" "each account has a server identifier of its own";
    DEVICE_CREDENTIALS = "lint-device-credentials" Warning "OMA DM Security 1.2 §5.1; Symbian and Windows keep no account without" "the device has credentials for the server";
    SERVER_CREDENTIALS = "lint-server-credentials" Warning "OMA DM Security 1.2 §5.1; Windows asks for both levels" "the server has credentials for the device";
    LEVELS_SWAPPED = "lint-levels-swapped" Warning "OMA DM Standardized Objects 1.2, DMAcc AAuthLevel" "the credentials of each side stand under its own level";
    CREDENTIALS_INCOMPLETE = "lint-credentials-incomplete" Warning "OMA DM Security 1.2 §5.1; Symbian needs the APPSRV name" "credentials have a name and a secret";
    AUTH_TYPE_MISSING = "lint-auth-type-missing" Warning "OMA DM Standardized Objects 1.2, DMAcc AAuthType: occurrence One" "credentials say how they are used";
    AUTH_TYPE_OF_HTTP = "lint-auth-type-of-http" Warning "Symbian takes HTTP types for credentials of HTTP at any level" "credentials of a DM level have a type of DM";
    BASIC_OVER_HTTP = "lint-basic-over-http" Warning "OMA DM Security 1.2 §5.1: basic shows the password" "passwords do not travel in clear";
    NONCE_MISSING = "lint-nonce-missing" Note "OMA DM Security 1.2 §5.1, §5.2" "DIGEST and HMAC have a nonce to begin with";
    NONCE_ZERO = "lint-nonce-zero" Warning "OMA DM Security 1.2 §5.2" "a nonce is random";
    NONCE_HEX = "lint-nonce-hex" Warning "OMA DM: AAUTHDATA carries the nonce as Base64" "a nonce is Base64, not hexadecimal";
    NONCE_EQUAL = "lint-nonce-equal" Warning "OMA DM Security 1.2 §5.2" "each side has a nonce of its own";
    // Secrets
    SECRET_SHORT = "lint-secret-short" Warning "OMA DM Security 1.2 §5.2: 128 bits or more" "secrets have 8 octets or more";
    SECRET_EQUAL = "lint-secret-equal" Warning "OMA DM Security 1.2 §5.2: a different password for each" "no two secrets are the same";
    SECRET_DERIVED = "lint-secret-derived" Warning "seen from senders in the field" "nobody can compute a secret from what is public";
    SECRET_FOR_ALL = "lint-secret-for-all" Warning "OMA DM Security 1.2 §5.2: a different password for each client" "each device has secrets of its own";
    SECRET_COMMON = "lint-secret-common" Warning "seen in operators' messages and samples" "secrets are not those that everybody tries first";
    // Rights
    ACL_EVERYONE = "lint-acl-everyone" Warning "OMA DM Tree and Description 1.2 §7.7.1" "the ACL of an object lets only its server change it";
    // Signing and sending
    UNSIGNED = "lint-unsigned" Warning "WAP-184 §6.2; OMA DM Security 1.2 §5.7" "a message is signed";
    UNSIGNED_SMS = "lint-unsigned-sms" Error "WAP-184 §6.2.1: obligatory over GSM SMS" "a message that goes by SMS is signed";
    IMSI_KEY = "lint-imsi-key" Warning "WAP-184 §6.2.1, §7.1.4" "the IMSI is not the only key";
    PIN_SHORT = "lint-pin-short" Warning "WAP-184 §6.2.1" "a PIN has 4 digits or more";
    PIN_COMMON = "lint-pin-common" Warning "WAP-184 §6.2.1: the PIN is the key" "a PIN is not one that everybody tries first";
    PIN_DERIVED = "lint-pin-derived" Warning "WAP-184 §6.2.1: the PIN is the key" "nobody can tell a PIN from the device's numbers";
    PIN_FOR_ALL = "lint-pin-for-all" Warning "WAP-184 §6.2.1: the PIN is the key" "each device has a PIN of its own";
    PRIVILEGED_CONTEXT = "lint-privileged-context" Note "WAP-184 §7.1.3, §7.1.4" "PROVURL and CONTEXT-ALLOW come with USERNETWPIN";
    SEGMENTS = "lint-segments" Warning "3GPP TS 23.040 §9.2.3.24; phones often take about 10" "a message fits into 10 SMS";
}

/// Rules that say more than another one about the same place, and those that they speak for.
pub(super) static SPEAK_FOR: [(&Rule, &[&Rule]); 6] = [
    (
        &cp::UNEXPECTED_ATTRIBUTE,
        &[&cp::PARM_WITHOUT_NAME, &cp::CHARACTERISTIC_WITHOUT_TYPE],
    ),
    (
        &TYPE_HOLDS_ADDRESS,
        &[&cp::VALUE_SET, &cp::VALUE_SPELLING, &dm::NODE_VALUE],
    ),
    (&ADDRESS_HOLDS_TYPE, &[&cp::ADDRESS_FORM, &ADDRESS_FORM]),
    (
        &REFERENCE_MIXED_UP,
        &[
            &cp::DANGLING_NAPID,
            &cp::DANGLING_PROXY,
            &cp::REFERENCE_CASE,
        ],
    ),
    (&PROXY_ADDRESS, &[&cp::ADDRESS_FORM, &ADDRESS_FORM]),
    (&SERVER_URL, &[&cp::ADDRESS_FORM, &ADDRESS_FORM]),
];
