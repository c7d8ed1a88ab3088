#!/bin/sh
# Installs what is missing, and calls nobody when nothing is. Makefile, Dockerfile and .ci/run share it.
#
#   config/install.sh demo     Python packages, and the libraries that printed documents need
#   config/install.sh tests    the same, and a browser with a Chinese font
#   config/install.sh image    the same as demo, for production: LOCK and VENV say what and where
#
# PYTHON chooses the interpreter, VENV the folder of packages (.venv), LOCK the list of packages (requirements.lock).
set -eu
cd "$(dirname "$0")/.."
VENV=${VENV:-.venv}
LOCK=${LOCK:-requirements.lock}
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

say() { printf '%s\n' "$1"; }

fail() {
    printf '✗ %s\n' "$1" >&2
    exit 1
}

find_python() {
    for name in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    fail "需要 Python 3.11、3.12 或 3.13，本机没有找到；请先安装（例如 apt-get install python3 python3-venv），或用 PYTHON= 指明。"
}

# --- packages of the system -----------------------------------------------------------------------------------------

missing_libraries() {
    "$python" - libpango-1.0.so.0 libpango-1.0-0 libpangoft2-1.0.so.0 libpangoft2-1.0-0 \
        libharfbuzz-subset.so.0 libharfbuzz-subset0 <<'END'
import ctypes
import sys

for library, package in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        ctypes.CDLL(library)
    except OSError:
        print(package)
END
}

missing_browser() {
    for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome google-chrome-stable; do
        # Some systems put a program there that only says where to get the real one.
        if command -v "$name" >/dev/null 2>&1 && "$name" --version >/dev/null 2>&1; then
            return
        fi
    done
    echo chromium
}

missing_font() {
    if command -v fc-list >/dev/null 2>&1; then
        [ -n "$(fc-list :lang=zh 2>/dev/null)" ] || echo fonts-wqy-microhei
    else
        echo fontconfig
        echo fonts-wqy-microhei
    fi
}

become_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

may_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }
}

install_system() {
    [ $# -gt 0 ] || return 0
    asked="缺少系统软件包：$*；请让管理员安装后重试（Debian、Ubuntu：sudo apt-get install $*）。"
    may_install || fail "$asked"
    say "正在安装系统软件包：$*"
    become_root apt-get update -qq || say "软件包目录没有更新，改用已有的目录。"
    become_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null ||
        fail "$asked"
}

# --- packages of Python ---------------------------------------------------------------------------------------------

lock_digest() {
    "$python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest()[:16])' "$LOCK"
}

make_venv() {
    if "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        return
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install_system "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    fi
    "$python" -m venv --clear "$VENV" || fail "无法在 $(pwd)/$VENV 建立 Python 环境；请检查目录权限和磁盘空间。"
}

# What pip was told of mirrors, so that uv asks the same places.
pip_setting() {
    "$VENV/bin/python" -m pip config list 2>/dev/null | sed -n "s/^.*\.$1='\(.*\)'\$/\1/p" | sed 's/\\n/ /g' | tail -n 1
}

install_with_uv() {
    listed=$(awk '/^uv==/ { on = 1 } on { print } on && !/\\$/ { exit }' "$LOCK")
    [ -n "$listed" ] || return 1
    printf '%s\n' "$listed" >"$VENV/uv.lock"
    "$VENV/bin/python" -m pip install -q --require-hashes -r "$VENV/uv.lock" || return 1
    index=$(pip_setting index-url)
    extra=$(pip_setting extra-index-url)
    links=$(pip_setting find-links | tr ' ' ',')
    [ -w "${HOME:-/nonexistent}" ] || export UV_NO_CACHE=1
    export UV_LINK_MODE=copy UV_INDEX_STRATEGY=unsafe-best-match UV_SYSTEM_CERTS=1
    env ${index:+"UV_DEFAULT_INDEX=$index"} ${extra:+"UV_INDEX=$extra"} ${links:+"UV_FIND_LINKS=$links"} \
        "$VENV/bin/python" -m uv pip install -q --python "$VENV/bin/python" --require-hashes --compile-bytecode -r "$LOCK"
}

install_with_pip() {
    "$VENV/bin/python" -m pip install -q --require-hashes -r "$LOCK"
}

install_packages() {
    stamp="$VENV/.installed-$(lock_digest)"
    if [ -f "$stamp" ] && "$VENV/bin/python" -c '' 2>/dev/null; then
        return
    fi
    make_venv
    say "正在安装 Python 软件包（只在第一次，约一分钟）…"
    if [ "${INSTALLER:-}" = pip ] || ! install_with_uv; then
        install_with_pip || fail "Python 软件包没有装全：请检查网络或 pip 的镜像设置（pip config list），然后重试。"
    fi
    rm -f "$VENV"/.installed-*
    : >"$stamp"
}

case "${1:-}" in
    demo | image) more="" ;;
    tests) more="missing_browser missing_font" ;;
    *) fail "用法：config/install.sh demo|tests|image" ;;
esac
python=$(find_python)
missing=$(for question in missing_libraries $more; do "$question"; done)
# shellcheck disable=SC2086 - one package a word
install_system $missing
install_packages
