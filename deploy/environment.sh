#!/bin/sh
# Usage: environment.sh REQUIREMENTS — makes .venv and installs the locked requirements, unless that is done already.
# Which package index is used is for pip's own configuration on this machine to say.
set -eu
cd "$(dirname "$0")/.."
requirements=$1
stamp=.venv/.installed-$requirements

wanted() {
    # A moved checkout needs its scripts made anew: their first line names the folder.
    pwd
    cat "$requirements"
}

if .venv/bin/python -c '' 2>/dev/null && wanted | cmp -s - "$stamp"; then
    exit 0
fi

find_python() {
    for name in ${PYTHON3:-} python3.11 python3 python3.12 python3.13; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "找不到 Python 3.11 或更高版本（含 venv 模块）。Debian、Ubuntu 请安装 python3.11-venv；" >&2
    echo "Python 在别处时：make run PYTHON3=/路径/python3.11" >&2
    exit 1
}

moved() {
    for made in .venv/.installed-*; do
        [ -f "$made" ] && [ "$(head -n 1 "$made")" != "$(pwd)" ] && return
    done
    return 1
}

if ! .venv/bin/python -c 'import pip' 2>/dev/null || moved; then
    python=$(find_python)
    echo "建立 Python 环境 …"
    "$python" -m venv --clear .venv
fi
echo "安装依赖（$requirements）…"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$requirements" || {
    echo "依赖没有装全。请检查网络和 pip 的 index-url 设置，再运行一次，会从中断的地方继续。" >&2
    exit 1
}
wanted > "$stamp.new"
mv "$stamp.new" "$stamp"
