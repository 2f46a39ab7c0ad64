#!/bin/bash
# Prints the path of an Emacs 30 or newer with lsp-mode 10 and package-lint,
# fetching them if need be (fetch.sh says how): Debian 12 has lsp-mode 8, and
# ghost text needs 10.
set -eu
. "$(dirname "$0")/fetch.sh"

program=emacs
title="Emacs 30 with lsp-mode 10"
given=${HUNCH_EMACS:-}
home=$cache/emacs-30
size="270 MB"
packages=(emacs-nox elpa-lsp-mode elpa-package-lint)

# A person's own packages do not count: the tests run in a profile of their own.
is_good() {
  HOME=/nonexistent "$1" --batch -f package-initialize --eval "(kill-emacs (if (and (>= emacs-major-version 30)
    (package-installed-p 'lsp-mode '(10)) (package-installed-p 'package-lint)) 0 1))" >/dev/null 2>&1
}

# A wrapper for the unpacked Emacs, which was built to find its files below /usr.
write_wrapper() { # FILE TOP COMMAND...
  local file=$1 share=$2/root/usr/share/emacs native
  shift 2
  native=$(cd "$work/root/usr/libexec/emacs" && echo */*/*.pdmp)
  cat >"$file" <<WRAPPER
#!/bin/sh
EMACSLOADPATH='$share/${native%%/*}/lisp:$share/site-lisp' EMACSDATA='$share/${native%%/*}/etc' \\
EMACSDOC='$share/${native%%/*}/etc' EMACSPATH='${share%/share/emacs}/libexec/emacs/${native%/*}' \\
exec $* --dump-file='${share%/share/emacs}/libexec/emacs/$native' "\$@"
WRAPPER
  chmod 755 "$file"
}

# Compiling to machine code would need a C compiler of the newer suite. Of the
# files that Emacs loads by itself only this one comes before the packages.
forbid_native_compiling() { # SITE
  cat >"$1/subdirs.el" <<LISP
;; -*- lexical-binding: t; -*-
(setq native-comp-jit-compilation nil native-comp-enable-subr-trampolines nil)
LISP
}

# Debian compiles Lisp packages into the folder where Emacs looks for them when
# they are installed; these are only unpacked.
compile_packages() {
  local site=$work/root/usr/share/emacs/site-lisp folder
  mv "$site/elpa-src" "$site/elpa"
  write_wrapper "$work/unfinished" "$work" "'$loader' --library-path '${loader%/*}' '$work/root/usr/bin/emacs-nox'"
  forbid_native_compiling "$site"
  for folder in "$site"/elpa/*/; do
    find "$folder" -maxdepth 1 -name '*.el' ! -name '*-autoloads.el' ! -name '*-pkg.el' -print0 |
      HOME=/nonexistent xargs -0 "$work/unfinished" --batch --eval '(setq byte-compile-warnings nil)' \
        -f package-initialize -f batch-byte-compile >>"$work/log" 2>&1 || true # some need other packages
  done
  rm "$work/unfinished"
}

finish() {
  local root=$work/root/usr
  rm -rf "$root"/include "$root"/lib/gcc "$root"/share/locale "$root"/lib/*/{*.a,lib*san.so*} # a compiler's
  compile_packages
  use_own_libraries usr/bin/emacs-nox
  write_wrapper "$work/emacs" "$home" "'$home/root/usr/bin/emacs-nox'"
}

fetch "$@"
