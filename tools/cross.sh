# Provides compilers for other machines. To be sourced, with a Python that has ziglang on the path.

# zig_tools DIRECTORY TARGET [arguments...]: creates in DIRECTORY a cc for zig's TARGET, which adds
# the arguments when it links a shared library, and an ar.
zig_tools() {
    local directory=$1 target=$2
    shift 2
    mkdir -p "$directory"
    # zig has its own names for the levels of x86-64, and by default traps on undefined behaviour.
    cat >"$directory/cc" <<SH
#!/usr/bin/env bash
[[ " \$* " != *" -shared "* ]] || set -- "\$@" $*
exec python -m ziglang cc -target $target -fno-sanitize=undefined \\
    "\${@/#-march=x86-64-v/-march=x86_64_v}"
SH
    cat >"$directory/ar" <<'SH'
#!/usr/bin/env bash
exec python -m ziglang ar "$@"
SH
    chmod +x "$directory/cc" "$directory/ar"
}

# cross_file SYSTEM FAMILY ENDIAN CC AR [emulator...]: prints a cross file for meson.
cross_file() {
    local system=$1 family=$2 endian=$3 cc=$4 ar=$5
    shift 5
    cat <<INI
[binaries]
c = '$cc'
ar = '$ar'
cython = 'cython'
numpy-config = 'numpy-config'
INI
    if (($#)); then
        printf "exe_wrapper = [%s]\n" "$(printf "'%s', " "$@")"
    fi
    cat <<INI
[host_machine]
system = '$system'
cpu_family = '$family'
cpu = '$family'
endian = '$endian'
INI
}
