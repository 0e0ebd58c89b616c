// Requests that are malformed, or well-formed in a way that two servers read differently, said as raw bytes.
import { test } from 'node:test';
import { runRawCases } from '../testing/raw-cases.ts';
import { parseRawTable } from '../testing/raw-table.ts';

const SYNTAX = parseRawTable(String.raw`
line that ends with LF | 9112 2.2 | 400 | half a line end | GET /things HTTP/1.1\n{H}\r\n
header that ends with LF | 9112 2.2 | 400 | half a line end | {GET}Host: things.example\n\r\n
header in two lines | 9112 5.2 | 400 | obs-fold | {GET}{H}X-A: b\r\n c\r\n\r\n
NUL in a value | 9110 5.5 | 400 | an end to some | {GET}{H}X-A: b\x00c\r\n\r\n
CR in a value | 9110 5.5 | 400 | a line end to some | {GET}{H}X-A: b\rX-B: c\r\n\r\n
header without a name | 9112 5 | 400 | a colon alone | {GET}{H}: b\r\n\r\n
header that begins with a space | 9112 2.2 | 400 | the first of all | {GET} X-A: b\r\n{H}\r\n
no host | 9112 3.2 | 400 | nobody is asked | {GET}\r\n
two hosts | 9112 3.2 | 400 | the first or the last | {GET}{H}Host: other.example\r\n\r\n
host that is a list | 9110 7.2 | 400 | the first or the last | {GET}Host: a.example, b.example\r\n\r\n
empty host | 9110 7.2 | 400 | nobody is asked | {GET}Host:\r\n\r\n
host with user info | 9110 7.2 | 400 | h or user | {GET}Host: user@h.example\r\n\r\n
host with a path | 9110 7.2 | 400 | h or p | {GET}Host: h.example/p\r\n\r\n
host with two ports | 9110 7.2 | 400 | the first or the last | {GET}Host: h.example:1:2\r\n\r\n
host of IPv6 | 9110 7.2 | once | brackets and a port | {GET}Host: [2001:db8::1]:8080\r\n\r\n
absolute target with another authority | 9112 3.2.2 | 400 | one host or the other | GET http://evil.example/things HTTP/1.1\r\n{H}\r\n
absolute target with user info | 9112 3.2.2 | 400 | one host or the other | GET http://things.example@evil.example/things HTTP/1.1\r\n{H}\r\n
absolute target of another scheme | 9112 3.2.2 | 400 | not ours | GET ftp://things.example/things HTTP/1.1\r\n{H}\r\n
absolute target with our authority | 9112 3.2.2 | as GET /things?x=1 | goes on as a path | GET http://things.example/things?x=1 HTTP/1.1\r\n{H}\r\n
absolute target with our authority in capitals | 9110 4.2.3 | as GET / | the same host | GET HTTP://THINGS.EXAMPLE HTTP/1.1\r\n{H}\r\n
authority as a target | 9112 3.2.3 | 400 | of CONNECT alone | GET things.example:80 HTTP/1.1\r\n{H}\r\n
HTTP/0.9 | 9112 2.3 | eof 400 | a line and no more | GET /things\r\n
HTTP/1.2 | 9112 2.3 | 400 | a version that there is not | GET /things HTTP/1.2\r\n{H}\r\n
HTTP/2 as text | 9110 15.6.6 | 505 | a version that has no request line | GET /things HTTP/2.0\r\n{H}\r\n
HTTP/2 | 9113 3.4 | 400 | its preface | PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n
method in lower case | 9110 9.1 | 400 | another method | get /things HTTP/1.1\r\n{H}\r\n
method that there is not | 9110 9.1 | 400 | not GET | GETX /things HTTP/1.1\r\n{H}\r\n
20 KB of headers | 6585 5 | 431 | more than is read | {GET}{H}X-A: {a*20480}\r\n\r\n
201 headers | 6585 5 | 431 | more than are counted | {GET}{H}{a: b\r\n*200}\r\n
200 headers | 6585 5 | once | as many as are counted | {GET}{H}{a: b\r\n*199}\r\n
TRACE | 9110 9.3.8 | 405 | an echo of secrets | {TRACE}{H}\r\n
CONNECT | 9110 9.3.6 | 405 | a tunnel | CONNECT things.example:443 HTTP/1.1\r\n{H}\r\n
CONNECT and what follows it | 9110 9.3.6 | 405 | a tunnel with something in it | CONNECT things.example:443 HTTP/1.1\r\n{H}\r\n{SMUGGLED}
OPTIONS that may go no further | 9110 7.6.2 | own 204 | Max-Forwards: 0 | {OPTIONS}{H}Max-Forwards: 0\r\n\r\n
unknown expectation | 9110 10.1.1 | own 417 | not ours to meet | {GET}{H}Expect: miracles\r\n\r\n
header __proto__ | 9110 5.1 | once | a name like any other (CVE-2026-21710) | {GET}{H}__proto__: x\r\n\r\n
header constructor | 9110 5.1 | once | a name like any other | {GET}{H}constructor: x\r\nconstructor: y\r\nhasOwnProperty: z\r\n\r\n
UTF-8 in the target | 9112 3.2 | 400 | not encoded | GET /things/\xc3\xa9 HTTP/1.1\r\n{H}\r\n
NUL in the target | 9112 3.2 | 400 | an end to some | GET /things/\x00 HTTP/1.1\r\n{H}\r\n
fragment in the target | 9112 3.2 | 400 | the end to some | GET /things#/../admin HTTP/1.1\r\n{H}\r\n
backslash in the path | 3986 3.3 | once | a slash to some: goes on as it is | GET /things\\1 HTTP/1.1\r\n{H}\r\n
encoded dots in the path | 3986 6.2.2 | once | a way up to some: goes on as it is | GET /things/%2e%2e/admin HTTP/1.1\r\n{H}\r\n
dots in the path | 3986 5.2.4 | once | a way up to some: goes on as it is | GET /things/../admin HTTP/1.1\r\n{H}\r\n
double slash in the path | 3986 3.3 | once | one slash to some: goes on as it is | GET //things//1 HTTP/1.1\r\n{H}\r\n
encoded slash in the path | 3986 2.2 | once | a slash to some: goes on as it is | GET /things/a%2Fb HTTP/1.1\r\n{H}\r\n
`);

for (const side of ['legacy', 'candidate'] as const) {
  test(`what a request may look like, with ${side} serving`, (t) => runRawCases(t, side, SYNTAX));
}
