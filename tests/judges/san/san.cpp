// Judges Package #0 with Synthesis' SanPackage. Each line of the input is a case, all in hexadecimal:
//   server-id password nonce message
// and gives a line of the output:
//   digest-ok version ui-mode initiator session-id server-id
// or `unreadable`. The nonce is a C string there, so it has no zero octet.
#include <synthesis/san.h>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

// What the library's parts that are not used here would print with
extern "C" void SySync_ConsolePrintf(FILE *, const char *, ...) {}

static std::string octets(const std::string &hex) {
    std::string out;
    for (size_t at = 0; at + 1 < hex.size(); at += 2)
        out.push_back(char(std::stoi(hex.substr(at, 2), nullptr, 16)));
    return out;
}

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string id, password, nonce, message;
        words >> id >> password >> nonce >> message;
        id = octets(id);
        password = octets(password);
        nonce = octets(nonce);
        message = octets(message);
        std::vector<char> copy(message.begin(), message.end());
        void *san = copy.data();
        sysync::SanPackage package;
        // Mode 2: only the form of version 1.1 of the notification and later
        if (package.PassSan(san, copy.size(), 2) != 0 || package.GetHeader() != 0) {
            std::cout << "unreadable\n";
            continue;
        }
        package.CreateDigest(id.c_str(), password.c_str(), nonce.c_str(), san, copy.size());
        std::cout << package.DigestOK(san) << ' ' << package.fProtocolVersion << ' '
                  << int(package.fUI_Mode) << ' ' << int(package.fInitiator) << ' '
                  << package.fSessionID << ' ' << package.fServerID << '\n';
    }
}
