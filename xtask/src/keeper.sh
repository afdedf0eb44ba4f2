# Keeps one private PostgreSQL cluster for as long as standard input stays open, then stops it and
# removes its folder. Standard input is a pipe that only `cargo xtask` holds, so the cluster ends
# with it however it ends: normally, by Ctrl-C or by kill -9.
#
# usage: sh -c SCRIPT keeper BIN_FOLDER PORT FSYNC(on|off)
set -u
trap '' INT TERM HUP PIPE
bin=$1 port=$2 fsync=$3

dir=$(mktemp -d "${TMPDIR:-/tmp}/renshe-pg.XXXXXX" 2>/dev/null || mktemp -d /tmp/renshe-pg.XXXXXX) || exit 1

give_up() {
    tail -n 20 "$dir/log" >&2
    rm -rf "$dir"
    exit 1
}

"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 || give_up

"$bin/postgres" -D "$dir/data" -k "$dir" -p "$port" \
    -c listen_addresses=127.0.0.1 \
    -c max_connections=200 \
    -c max_prepared_transactions=0 \
    -c shared_buffers=128MB \
    -c fsync="$fsync" \
    -c full_page_writes="$fsync" \
    >>"$dir/log" 2>&1 </dev/null &
server=$!

tries=0
until "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
        kill -KILL "$server" 2>/dev/null
        give_up
    fi
    sleep 0.1
done

echo ready
read -r _

kill -INT "$server"
wait "$server"
rm -rf "$dir"
