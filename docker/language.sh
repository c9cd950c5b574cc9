# Sourced by the other scripts: texts in the language of the reader, by the rule of dothi/core/reader_language.py.
reader_language() {
    local locale=${DOTHI_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}
    case ${locale,,} in en*) echo en ;; *) echo vi ;; esac
}

# say VIETNAMESE ENGLISH: the one that the reader reads.
say() { if [ "$(reader_language)" = en ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi; }
