// deny.c - see deny.h.
//
// Example files (.env.example) are denied with the others: real secrets end up
// in them, and a name is all that is looked at.
#include "indexer/deny.h"

#include "indexer/names.h"

// Settings with passwords, tokens of clouds and their tools, histories of shells.
static const char *const secret_names[] = {
    // sorted
    ".authinfo",
    ".bash_history",
    ".boto",
    ".dockercfg",
    ".dockerconfigjson",
    ".env",
    ".envrc",
    ".fetchmailrc",
    ".git-credentials",
    ".gitcookies",
    ".htdigest",
    ".htpasswd",
    ".msmtprc",
    ".my.cnf",
    ".mylogin.cnf",
    ".mysql_history",
    ".netrc",
    ".node_repl_history",
    ".npmrc",
    ".passwd",
    ".pgpass",
    ".psql_history",
    ".pypirc",
    ".python_history",
    ".rclone.conf",
    ".s3cfg",
    ".secret",
    ".secrets",
    ".sh_history",
    ".sqlite_history",
    ".terraformrc",
    ".vault-token",
    ".vault_pass",
    ".yarnrc",
    ".yarnrc.yml",
    ".zsh_history",
    "_netrc",
    "auth.json",
    "credentials",
    "credentials.csv",
    "credentials.ini",
    "credentials.json",
    "credentials.tfrc.json",
    "credentials.toml",
    "credentials.xml",
    "credentials.yaml",
    "credentials.yml",
    "google-services.json",
    "googleservice-info.plist",
    "gshadow",
    "htpasswd",
    "kubeconfig",
    "kubeconfig.yaml",
    "kubeconfig.yml",
    "local.settings.json",
    "master.key",
    "password.txt",
    "passwords.csv",
    "passwords.txt",
    "rclone.conf",
    "secret.json",
    "secret.toml",
    "secret.yaml",
    "secret.yml",
    "secrets.env",
    "secrets.ini",
    "secrets.json",
    "secrets.toml",
    "secrets.txt",
    "secrets.yaml",
    "secrets.yml",
    "shadow",
    "terraform.rc",
    "vault_pass",
    "vault_pass.txt"};

// Keys, certificates with keys, states and variables of infrastructure.
static const char *const secret_extensions[] = {
    // sorted

    "agekey", "asc", "bks",      "env",    "gpg",        "htpasswd",        "jceks",   "jks",     "kdb",
    "kdbx",   "key", "keystore", "keytab", "kubeconfig", "mobileprovision", "ovpn",    "p12",     "p8",
    "pem",    "pfx", "pgp",      "pkcs12", "ppk",        "secret",          "secrets", "tfstate", "tfvars"};

// What is more than a name or an extension.
static const char *const secret_patterns[] = {
    // in any order
    ".env.*",
    ".env[-_]*",
    ".dev.vars*",
    ".npmrc.*",
    "*_rsa",
    "*_dsa",
    "*_ecdsa",
    "*_ed25519",
    "*[-_]key",
    "wg[0-9]*.conf",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    "ssh_host_*_key*",
    "*.tfstate.*",
    "*.tfvars.json",
    "client_secret*.json",
    "service-account*.json",
    "service_account*.json",
    "serviceaccount*.json",
    "*firebase-adminsdk*.json",
    "*[-_.]secret.y*ml",
    "*[-_.]secrets.y*ml",
    "*[-_.]secrets.json",
    "*[-_.]credentials.json"};

//
static const char *const secret_folders[] = {
    // sorted
    ".aws", ".azure", ".docker", ".gcloud", ".gnupg", ".kube", ".oci", ".password-store", ".ssh", ".vault"};

// Version control, downloaded packages, caches of tools.
static const char *const foreign_folders[] = {
    // sorted

    ".bundle",       ".bzr",        ".ccls-cache", ".dart_tool",    ".direnv",     ".eggs",
    ".git",          ".gradle",     ".hg",         ".idea",         ".jj",         ".mypy_cache",
    ".next",         ".nox",        ".nuxt",       ".parcel-cache", ".pc",         ".pnpm-store",
    ".pytest_cache", ".ruff_cache", ".sl",         ".svelte-kit",   ".svn",        ".terraform",
    ".tox",          ".venv",       ".vs",         ".yarn",         "__pycache__", "bower_components",
    "node_modules"};

static bool is_secret(struct slice name) {
    struct slice extension = names_extension(name);
    return names_hold(NAMES_OF(secret_names), name) || names_match(NAMES_OF(secret_patterns), name) ||
           names_hold(NAMES_OF(secret_extensions), extension);
}

enum skip deny_name(struct slice name, bool is_folder) {
    char buffer[NAMES_LIMIT];
    name = names_lower(name, buffer);
    if (is_folder ? names_hold(NAMES_OF(secret_folders), name) : is_secret(name)) {
        return SKIP_SECRET;
    }
    return is_folder && names_hold(NAMES_OF(foreign_folders), name) ? SKIP_FOREIGN : SKIP_NOT;
}
