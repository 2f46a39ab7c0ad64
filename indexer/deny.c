// deny.c - see deny.h.
#include "indexer/deny.h"

#include "base/glob.h"

enum { NAME_LIMIT = 255 };

static const char *const secret_files[] = {
    // settings with passwords
    ".env", ".env.*", "*.env", ".envrc", ".netrc", "_netrc", ".npmrc", ".yarnrc", ".pypirc", ".pgpass",
    ".my.cnf", ".htpasswd", ".dockercfg", ".git-credentials", ".vault-token", ".s3cfg", ".boto",
    // keys and certificates with keys
    "*.pem", "*.key", "*.p12", "*.pfx", "*.ppk", "*.jks", "*.keystore", "*.kdbx", "*.asc", "*.gpg", "*.ovpn",
    "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*",
    // tokens of clouds and their tools
    "credentials", "credentials.json", "credentials.y*ml", "credentials.toml", "client_secret*.json",
    "service-account*.json", "service_account*.json", "secrets.json", "secrets.y*ml", "secrets.toml",
    "*.tfstate", "*.tfstate.*", "*.tfvars", "kubeconfig"};

static const char *const secret_folders[] = {".ssh", ".aws", ".gnupg", ".azure", ".kube", ".docker"};

static const char *const foreign_folders[] = {
    ".git",        ".hg",         ".svn",    ".bzr",        ".jj",         "node_modules",
    ".venv",       "__pycache__", ".tox",    ".nox",        ".mypy_cache", ".pytest_cache",
    ".ruff_cache", ".terraform",  ".direnv", ".pnpm-store", ".yarn",       "bower_components",
    ".gradle",     ".eggs",       ".next",   ".nuxt",       ".svelte-kit", ".parcel-cache",
    ".pc"};

static bool is_listed(struct slice name, const char *const *patterns, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (glob_match(slice_of_string(patterns[i]), name, GLOB_NAME)) {
            return true;
        }
    }
    return false;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

const char *deny_name(struct slice name, bool is_folder) {
    char bytes[NAME_LIMIT];
    struct slice folded = {bytes, name.length < NAME_LIMIT ? name.length : NAME_LIMIT};
    for (size_t i = 0; i < folded.length; i++) {
        bytes[i] = lower(name.data[i]);
    }
#define LISTED(list) is_listed(folded, list, sizeof(list) / sizeof(list)[0])
    if (is_folder ? LISTED(secret_folders) : LISTED(secret_files)) {
        return "it may hold secrets";
    }
    return is_folder && LISTED(foreign_folders) ? "no source of this repository is kept there" : NULL;
#undef LISTED
}
