#!/usr/bin/env bash
# Made the files of this folder, which are for tests only: nobody outside of them trusts this authority, so its keys are no
# secret. Valid for a hundred years. Run in this folder to make them anew.
set -eu
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj '/CN=Test authority' \
  -keyout authority.key -out authority.pem -addext 'basicConstraints=critical,CA:true' -addext 'keyUsage=critical,keyCertSign'
sign() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout "$1.key" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA authority.pem -CAkey authority.key -set_serial "$3" -days 36500 -out "$1.pem" \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$4")
  rm "$1.csr"
}
sign this-machine localhost 1 'DNS:localhost,IP:127.0.0.1'
sign another-host cic1.example.com 2 'DNS:cic1.example.com'
rm authority.key
