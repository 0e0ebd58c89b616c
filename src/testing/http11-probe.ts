// The payloads of Http11Probe (github.com/MDA2AV/Http11Probe, MIT) under its ids, retold for a proxy: where the probe
// takes either of two answers, what stands here is the one that we give. What it asks of an origin (cookies, caching,
// Date, Allow) comes down to one thing here: the request arrives once, and its answer comes back. Rules are RFC and section.
import type { RawCase } from './raw-cases.ts';
import { parseRawTable } from './raw-table.ts';

const COMPLIANCE = String.raw`
COMP-BASELINE | 9112 3 | once | a plain GET | {GET}{H}\r\n
RFC9112-2.2-BARE-LF-REQUEST-LINE | 9112 2.2 | 400 | a request line that ends with a bare LF | GET /things HTTP/1.1\n{H}\r\n
RFC9112-2.2-BARE-LF-HEADER | 9112 2.2 | 400 | a header line that ends with a bare LF | {GET}Host: things.example\nX-Test: value\r\n\r\n
RFC9112-3-CR-ONLY-LINE-ENDING | 9112 2.2 | 400 | a request line that ends with a bare CR | GET /things HTTP/1.1\r{H}\r\n
RFC9112-5.1-OBS-FOLD | 9112 5.2 | 400 | a header that goes on in the next line | {GET}{H}X-Test: value\r\n continued\r\n\r\n
RFC9110-5.6.2-SP-BEFORE-COLON | 9112 5.1 | 400 | a space before the colon | {GET}{H}X-Test : value\r\n\r\n
# The parser before us takes them for one, and one goes on.
RFC9112-3-MULTI-SP-REQUEST-LINE | 9112 3 | as GET /things | two spaces in the request line | GET  /things HTTP/1.1\r\n{H}\r\n
RFC9112-3-MISSING-TARGET | 9112 3 | 400 | a request line without a target | GET HTTP/1.1\r\n{H}\r\n
RFC9112-3.2-FRAGMENT-IN-TARGET | 9112 3.2 | 400 | a fragment in the target | GET /things#frag HTTP/1.1\r\n{H}\r\n
RFC9112-7.1-MISSING-HOST | 9112 3.2 | 400 | no Host | {GET}\r\n
RFC9110-5.4-DUPLICATE-HOST | 9112 3.2 | 400 | two hosts | {GET}{H}Host: other.example.com\r\n\r\n
COMP-DUPLICATE-HOST-SAME | 9112 3.2 | 400 | the same host twice | {GET}{H}{H}\r\n
COMP-HOST-WITH-USERINFO | 9112 3.2 | 400 | a host with user info | {GET}Host: user@things.example\r\n\r\n
COMP-HOST-WITH-PATH | 9112 3.2 | 400 | a host with a path | {GET}Host: things.example/path\r\n\r\n
COMP-HOST-EMPTY-VALUE | 9112 3.2 | 400 | an empty host | {GET}Host: \r\n\r\n
RFC9112-2.3-INVALID-VERSION | 9112 2.3 | 400 | a version that there is not | GET /things HTTP/9.9\r\n{H}\r\n
RFC9112-2.3-HTTP09-REQUEST | 9112 2.3 | eof 400 | a line of HTTP/0.9 | GET /things\r\n
COMP-VERSION-MISSING-MINOR | 9112 2.3 | 400 | a version without its minor number | GET /things HTTP/1\r\n{H}\r\n
COMP-VERSION-LEADING-ZEROS | 9112 2.3 | 400 | a version with leading zeros | GET /things HTTP/01.01\r\n{H}\r\n
COMP-VERSION-WHITESPACE | 9112 2.3 | 400 | a version with a space in it | GET /things HTTP/ 1.1\r\n{H}\r\n
COMP-VERSION-CASE | 9112 2.3 | 400 | a version in lower case | GET /things http/1.1\r\n{H}\r\n
# The probe would rather have it taken for HTTP/1.1; the parser before us knows no such version.
COMP-HTTP12-VERSION | 9110 2.5 | 400 | a later minor version | GET /things HTTP/1.2\r\n{H}\r\n
RFC9112-5-EMPTY-HEADER-NAME | 9112 5 | 400 | a header without a name | {GET}{H}: empty-name\r\n\r\n
RFC9112-5-INVALID-HEADER-NAME | 9112 5 | 400 | a bracket in a header name | {GET}{H}Bad[Name: value\r\n\r\n
RFC9112-5-HEADER-NO-COLON | 9112 5 | 400 | a header without a colon | {GET}{H}NoColonHere\r\n\r\n
COMP-WHITESPACE-BEFORE-HEADERS | 9112 2.2 | 400 | white space before the first header | {GET} \r\n{H}\r\n
RFC9112-6.1-CL-NON-NUMERIC | 9110 8.6 | 400 | a length that is no number | {POST}{H}Content-Length: abc\r\n\r\n
RFC9112-6.1-CL-PLUS-SIGN | 9110 8.6 | 400 | a length with a plus sign | {POST}{H}Content-Length: +5\r\n\r\nhello
COMP-ASTERISK-WITH-GET | 9112 3.2.4 | 400 | an asterisk as the target of GET | GET * HTTP/1.1\r\n{H}\r\n
COMP-OPTIONS-STAR | 9110 9.3.7 | own 204 | an asterisk as the target of OPTIONS asks the proxy itself | OPTIONS * HTTP/1.1\r\n{H}\r\n
COMP-UNKNOWN-TE-501 | 9112 6.1 | 400/501 | a transfer coding that is not chunked, and no length | {POST}{H}Transfer-Encoding: gzip\r\n\r\n
COMP-LEADING-CRLF | 9112 2.2 | once | empty lines before the request line are skipped | \r\n\r\n{GET}{H}\r\n
COMP-ABSOLUTE-FORM | 9112 3.2.2 | as GET /things | an absolute target with the authority of Host goes on as a path | GET http://things.example/things HTTP/1.1\r\n{H}\r\n
COMP-METHOD-CASE | 9110 9.1 | 400 | a method in lower case | get /things HTTP/1.1\r\n{H}\r\n
COMP-UNKNOWN-METHOD | 9110 9.1 | 400 | a method that there is not | FOOBAR /things HTTP/1.1\r\n{H}\r\n
COMP-METHOD-CONNECT | 9110 9.3.6 | 405 | CONNECT opens no tunnel | CONNECT example.com:443 HTTP/1.1\r\n{H}\r\n
COMP-METHOD-CONNECT-NO-PORT | 9110 9.3.6 | 400/405 | CONNECT without a port | CONNECT example.com HTTP/1.1\r\n{H}\r\n
COMP-CONNECT-EMPTY-PORT | 9110 9.3.6 | 400/405 | CONNECT with an empty port | CONNECT example.com: HTTP/1.1\r\n{H}\r\n
COMP-CONNECT-ORIGIN-FORM | 9112 3.2.3 | 400/405 | CONNECT to a path | CONNECT /things HTTP/1.1\r\n{H}\r\n
COMP-METHOD-TRACE | 9110 9.3.8 | 405 | TRACE is not proxied | {TRACE}{H}\r\n
COMP-TRACE-WITH-BODY | 9110 9.3.8 | 405 | TRACE with a body | {TRACE}{H}{CL5}\r\nhello
COMP-TRACE-SENSITIVE | 9110 9.3.8 | 405 | TRACE with credentials | {TRACE}{H}Authorization: Bearer secret-token-123\r\n\r\n
COMP-POST-CL-BODY | 9112 6.2 | once hello | a body with its length | {POST}{H}{CL5}\r\nhello
COMP-POST-CL-ZERO | 9112 6.2 | once | a body of length 0 | {POST}{H}Content-Length: 0\r\n\r\n
COMP-POST-NO-CL-NO-TE | 9112 6.3 | once | a POST without a body | {POST}{H}\r\n
COMP-POST-CL-UNDERSEND | 9112 6.3 | eof cut 400 | less of a body than was announced | {POST}{H}Content-Length: 10\r\n\r\nhello
COMP-CHUNKED-BODY | 9112 7.1 | once hello | a body in one chunk | {POST}{H}{TE}\r\n5\r\nhello\r\n0\r\n\r\n
COMP-CHUNKED-MULTI | 9112 7.1 | once hello world | a body in two chunks | {POST}{H}{TE}\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n
COMP-CHUNKED-EMPTY | 9112 7.1 | once | a chunked body of nothing | {POST}{H}{TE}\r\n0\r\n\r\n
COMP-CHUNKED-NO-FINAL | 9112 7.1 | eof cut 400 | a chunked body without its end | {POST}{H}{TE}\r\n5\r\nhello\r\n
COMP-CHUNKED-EXTENSION | 9112 7.1.1 | once hello | a chunk extension, which ends here | {POST}{H}{TE}\r\n5;ext=value\r\nhello\r\n0\r\n\r\n
COMP-CHUNKED-TRAILER-VALID | 9112 7.1.2 | once hello | a trailer, which ends here | {POST}{H}{TE}\r\n5\r\nhello\r\n0\r\nX-Checksum: abc\r\n\r\n
COMP-CHUNKED-HEX-UPPERCASE | 9112 7.1 | once helloworld | a chunk size in upper case | {POST}{H}{TE}\r\nA\r\nhelloworld\r\n0\r\n\r\n
COMP-GET-WITH-CL-BODY | 9110 9.3.1 | once hello | GET with a body | {GET}{H}{CL5}\r\nhello
COMP-UPGRADE-POST | 6455 4.1 | once | an upgrade by POST is a POST | {POST}{H}Connection: Upgrade\r\n{WS}\r\n
COMP-UPGRADE-MISSING-CONN | 9110 7.8 | once | an upgrade that Connection does not name is none | {GET}{H}{WS}\r\n
COMP-UPGRADE-UNKNOWN | 9110 7.8 | once | an upgrade to what we do not know is ignored | {GET}{H}Connection: Upgrade\r\nUpgrade: totally-made-up/1.0\r\n\r\n
COMP-UPGRADE-HTTP10 | 9110 7.8 | last | an upgrade in HTTP/1.0 is ignored | GET /things HTTP/1.0\r\n{H}Connection: Upgrade\r\n{WS}\r\n
COMP-EXPECT-UNKNOWN | 9110 10.1.1 | own 417 | an expectation that nobody knows | {GET}{H}Expect: 200-ok\r\n\r\n
COMP-NO-1XX-HTTP10 | 9110 15.2 | last hello | HTTP/1.0 that expects to be told to go on | POST /things HTTP/1.0\r\n{H}Expect: 100-continue\r\n{CL5}\r\nhello
COMP-CONNECTION-CLOSE | 9112 9.6 | last | a connection that the client wants closed | {GET}{H}Connection: close\r\n\r\n
COMP-HTTP10-DEFAULT-CLOSE | 9112 9.3 | last | HTTP/1.0, which closes unless asked | GET /things HTTP/1.0\r\n{H}\r\n
COMP-HTTP10-NO-HOST | 9112 3.2 | 400 | HTTP/1.0 without Host | GET /things HTTP/1.0\r\n\r\n
COMP-HEAD-NO-BODY | 9110 9.3.2 | once | HEAD | {HEAD}{H}\r\n
COMP-405-ALLOW | 9110 15.5.6 | once | a method that is for the backend to refuse | DELETE /things HTTP/1.1\r\n{H}\r\n
COMP-DATE-HEADER | 9110 6.6.1 | once | a date that is for the backend to set | {GET}{H}\r\n
COMP-DATE-FORMAT | 9110 5.6.7 | once | a date that is for the backend to write | {GET}{H}\r\n
COMP-NO-CL-IN-204 | 9110 8.6 | once | a 204 that is for the backend to send | {OPTIONS}{H}\r\n
COMP-OPTIONS-ALLOW | 9110 9.3.7 | once | OPTIONS that is for the backend to answer | {OPTIONS}{H}\r\n
COMP-CONTENT-TYPE | 9110 8.3 | once | a type that is for the backend to set | {GET}{H}\r\n
COMP-LONG-URL-OK | 9112 3 | once | a request line of 8,000 octets | GET /things/{a*7900} HTTP/1.1\r\n{H}\r\n
COMP-REQUEST-LINE-TAB | 9112 3 | 400 | a tab in the request line | GET\t/things HTTP/1.1\r\n{H}\r\n
COMP-SPACE-IN-TARGET | 9112 3.2 | 400 | a space in the target | GET /thi ngs HTTP/1.1\r\n{H}\r\n
COMP-DUPLICATE-CT | 9110 5.3 | once hello | two types of one body | {POST}{H}{CL5}Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nhello
COMP-RANGE-POST | 9110 14.2 | once hello | a range of a POST | {POST}{H}{CL5}Range: bytes=0-10\r\n\r\nhello
COMP-RANGE-INVALID | 9110 14.2 | once | a range of no kind | {GET}{H}Range: bytes=abc-xyz\r\n\r\n
COMP-ACCEPT-NONSENSE | 9110 12.5.1 | once | a type that nobody has | {GET}{H}Accept: application/x-nonsense\r\n\r\n
COMP-POST-UNSUPPORTED-CT | 9110 15.5.16 | once hello | a type that nobody reads | {POST}{H}{CL5}Content-Type: application/x-nonsense\r\n\r\nhello
`;

const SMUGGLING = String.raw`
SMUG-CL-TE-BOTH | 9112 6.1 | 400 | a length and a coding | {POST}{H}Content-Length: 23\r\n{TE}\r\nD\r\nhello-bananas\r\n0\r\n\r\n
SMUG-DUPLICATE-CL | 9110 8.6 | 400 | two lengths | {POST}{H}{CL5}Content-Length: 10\r\n\r\nhelloworld
SMUG-CL-LEADING-ZEROS | 9110 8.6 | 400 | a length with leading zeros | {POST}{H}Content-Length: 005\r\n\r\nhello
SMUG-TE-XCHUNKED | 9112 6.1 | 400/501 | xchunked is not chunked | {POST}{H}Transfer-Encoding: xchunked\r\n{CL5}\r\nhello
SMUG-TE-TRAILING-SPACE | 9112 6.1 | 400 | chunked with a space after it, and a length | {POST}{H}Transfer-Encoding: chunked \r\n{CL5}\r\nhello
SMUG-TE-SP-BEFORE-COLON | 9112 5.1 | 400 | a space before the colon of the coding | {POST}{H}Transfer-Encoding : chunked\r\n{CL5}\r\nhello
SMUG-CL-NEGATIVE | 9110 8.6 | 400 | a negative length | {POST}{H}Content-Length: -1\r\n\r\n
SMUG-CLTE-PIPELINE | 9112 6.1 | 400 | a length that ends within the last chunk | {POST}{H}Content-Length: 4\r\n{TE}\r\n0\r\n\r\n
SMUG-TECL-PIPELINE | 9112 6.1 | 400 | a length beyond the last chunk | {POST}{H}{TE}Content-Length: 30\r\n\r\n0\r\n\r\n
SMUG-CL-TRAILING-SPACE | 9110 5.5 | once hello | a space after the length is not part of it | {POST}{H}Content-Length: 5 \r\n\r\nhello
SMUG-TE-DOUBLE-CHUNKED | 9112 6.1 | 400 | chunked twice, and a length | {POST}{H}Transfer-Encoding: chunked, chunked\r\n{CL5}\r\nhello
SMUG-CL-EXTRA-LEADING-SP | 9110 5.5 | once hello | spaces before the length are not part of it | {POST}{H}Content-Length:  5\r\n\r\nhello
SMUG-TE-CASE-MISMATCH | 9112 6.1 | 400 | Chunked in another case, and a length | {POST}{H}Transfer-Encoding: Chunked\r\n{CL5}\r\nhello
SMUG-CL-COMMA-DIFFERENT | 9110 8.6 | 400 | a list of two lengths | {POST}{H}Content-Length: 5, 10\r\n\r\nhello
SMUG-TE-NOT-FINAL-CHUNKED | 9112 6.3 | 400/501 | chunked that is not the last coding | {POST}{H}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n
SMUG-TE-HTTP10 | 9112 6.1 | 400 | a coding in HTTP/1.0 | POST /things HTTP/1.0\r\n{H}{TE}{CL5}\r\nhello
SMUG-CHUNK-BARE-SEMICOLON | 9112 7.1.1 | cut 400 | a chunk extension without a name | {POST}{H}{TE}\r\n5;\r\nhello\r\n0\r\n\r\n
SMUG-CHUNK-EXT-INVALID-TOKEN | 9112 7.1.1 | cut 400 | a bracket in a chunk extension | {POST}{H}{TE}\r\n5;bad[=x\r\nhello\r\n0\r\n\r\n
SMUG-BARE-CR-HEADER-VALUE | 9112 2.2 | 400 | a bare CR in a value | {POST}{H}{CL5}X-Test: val\rue\r\n\r\nhello
SMUG-CL-OCTAL | 9110 8.6 | 400 | a length that is marked as octal | {POST}{H}Content-Length: 0o5\r\n\r\nhello
SMUG-CHUNK-UNDERSCORE | 9112 7.1 | cut 400 | a chunk size with an underscore | {POST}{H}{TE}\r\n1_0\r\nhello world!!!!!\r\n0\r\n\r\n
SMUG-TE-EMPTY-VALUE | 9112 6.1 | 400 | an empty coding, and a length | {POST}{H}Transfer-Encoding: \r\n{CL5}\r\nhello
SMUG-TE-LEADING-COMMA | 9110 5.6.1 | 400 | a coding after a comma, and a length | {POST}{H}Transfer-Encoding: , chunked\r\n{CL5}\r\nhello
SMUG-TE-DUPLICATE-HEADERS | 9112 6.1 | 400 | two codings, and a length | {POST}{H}{TE}Transfer-Encoding: identity\r\n{CL5}\r\nhello
SMUG-CHUNK-HEX-PREFIX | 9112 7.1 | cut 400 | a chunk size that is marked as hexadecimal | {POST}{H}{TE}\r\n0x5\r\nhello\r\n0\r\n\r\n
SMUG-CHUNK-SIZE-PLUS | 9112 7.1 | cut 400 | a chunk size with a plus sign | {POST}{H}{TE}\r\n+5\r\nhello\r\n0\r\n\r\n
SMUG-CHUNK-SIZE-TRAILING-OWS | 9112 7.1 | cut 400 | a space after a chunk size | {POST}{H}{TE}\r\n5 \r\nhello\r\n0\r\n\r\n
SMUG-CL-HEX-PREFIX | 9110 8.6 | 400 | a length that is marked as hexadecimal | {POST}{H}Content-Length: 0x5\r\n\r\nhello
SMUG-CL-INTERNAL-SPACE | 9110 8.6 | 400 | a space within a length | {POST}{H}Content-Length: 1 0\r\n\r\nhello12345
SMUG-CHUNK-LEADING-SP | 9112 7.1 | cut 400 | a space before a chunk size | {POST}{H}{TE}\r\n 5\r\nhello\r\n0\r\n\r\n
SMUG-CHUNK-MISSING-TRAILING-CRLF | 9112 7.1 | cut 400 | a chunk without its line end | {POST}{H}{TE}\r\n5\r\nhello0\r\n\r\n
SMUG-CHUNK-EXT-LF | 9112 7.1.1 | cut 400 | a bare LF in a chunk extension | {POST}{H}{TE}\r\n5;\nhello\r\n0\r\n\r\n
SMUG-CHUNK-SPILL | 9112 7.1 | cut 400 | a chunk that is longer than its size | {POST}{H}{TE}\r\n5\r\nhello!!\r\n0\r\n\r\n
SMUG-CHUNK-LF-TERM | 9112 7.1 | cut 400 | a chunk that ends with a bare LF | {POST}{H}{TE}\r\n5\r\nhello\n0\r\n\r\n
SMUG-CHUNK-EXT-CTRL | 9112 7.1.1 | cut 400 | a NUL in a chunk extension | {POST}{H}{TE}\r\n5;\x00ext\r\nhello\r\n0\r\n\r\n
SMUG-CHUNK-EXT-CR | 9112 7.1.1 | cut 400 | a bare CR in a chunk extension | {POST}{H}{TE}\r\n5;a\rX\r\nhello\r\n0\r\n\r\n
SMUG-TE-VTAB | 9112 6.1 | 400 | a vertical tab before chunked | {POST}{H}Transfer-Encoding: \x0bchunked\r\n{CL5}\r\nhello
SMUG-TE-FORMFEED | 9112 6.1 | 400 | a form feed before chunked | {POST}{H}Transfer-Encoding: \x0cchunked\r\n{CL5}\r\nhello
SMUG-TE-NULL | 9112 6.1 | 400 | a NUL after chunked | {POST}{H}Transfer-Encoding: chunked\x00\r\n{CL5}\r\nhello
SMUG-CHUNK-LF-TRAILER | 9112 7.1 | cut 400 | trailers that end with a bare LF | {POST}{H}{TE}\r\n5\r\nhello\r\n0\r\n\n
SMUG-TE-IDENTITY | 9112 7 | 400/501 | the coding identity, and a length | {POST}{H}Transfer-Encoding: identity\r\n{CL5}\r\nhello
SMUG-CHUNK-NEGATIVE | 9112 7.1 | cut 400 | a negative chunk size | {POST}{H}{TE}\r\n-1\r\nhello\r\n0\r\n\r\n
SMUG-TRANSFER_ENCODING | 9112 6.1 | 400 | a coding with an underscore in its name, and a length | {POST}{H}Transfer_Encoding: chunked\r\n{CL5}\r\nhello
SMUG-CL-COMMA-SAME | 9110 8.6 | 400 | a list of equal lengths | {POST}{H}Content-Length: 5, 5\r\n\r\nhello
SMUG-CL-COMMA-TRIPLE | 9110 8.6 | 400 | a list of three equal lengths | {POST}{H}Content-Length: 5, 5, 5\r\n\r\nhello
SMUG-CHUNKED-WITH-PARAMS | 9112 7 | 400 | chunked with a parameter, and a length | {POST}{H}Transfer-Encoding: chunked;ext=val\r\n{CL5}\r\nhello
SMUG-EXPECT-100-CL | 9110 10.1.1 | once hello | a client that expects to be told to go on, and does not wait | {POST}{H}{CL5}Expect: 100-continue\r\n\r\nhello
SMUG-TRAILER-CL | 9110 6.5.1 | cut 400 | a length among the trailers | {POST}{H}{TE}\r\n5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n
SMUG-TRAILER-TE | 9110 6.5.1 | cut 400 | a coding among the trailers | {POST}{H}{TE}\r\n5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n
SMUG-TRAILER-HOST | 9110 6.5.2 | once hello | a host among the trailers is not read | {POST}{H}{TE}\r\n5\r\nhello\r\n0\r\nHost: evil.example.com\r\n\r\n
SMUG-TRAILER-AUTH | 9110 6.5.1 | once hello | credentials among the trailers are not read | {POST}{H}{TE}\r\n5\r\nhello\r\n0\r\nAuthorization: Bearer evil\r\n\r\n
SMUG-TRAILER-CONTENT-TYPE | 9110 6.5.1 | once hello | a type among the trailers is not read | {POST}{H}{TE}\r\n5\r\nhello\r\n0\r\nContent-Type: text/evil\r\n\r\n
SMUG-HEAD-CL-BODY | 9110 9.3.2 | once hello | HEAD with a body | {HEAD}{H}{CL5}\r\nhello
SMUG-OPTIONS-CL-BODY | 9110 9.3.7 | once hello | OPTIONS with a body | {OPTIONS}{H}{CL5}\r\nhello
SMUG-CL-UNDERSCORE | 9110 8.6 | 400 | a length with an underscore | {POST}{H}Content-Length: 1_0\r\n\r\nhelloworld
SMUG-CL-NEGATIVE-ZERO | 9110 8.6 | 400 | a length of minus zero | {POST}{H}Content-Length: -0\r\n\r\n
SMUG-CL-DOUBLE-ZERO | 9110 8.6 | 400 | a length of two zeros | {POST}{H}Content-Length: 00\r\n\r\n
SMUG-CL-LEADING-ZEROS-OCTAL | 9110 8.6 | 400 | a length that is 200 or 128 | {POST}{H}Content-Length: 0200\r\n\r\n{A*200}
SMUG-TE-OBS-FOLD | 9112 5.2 | 400 | a coding in the next line, and a length | {POST}{H}Transfer-Encoding:\r\n chunked\r\n{CL5}\r\nhello
SMUG-TE-TRAILING-COMMA | 9110 5.6.1 | 400 | a coding before a comma, and a length | {POST}{H}Transfer-Encoding: chunked,\r\n{CL5}\r\nhello
SMUG-TE-TAB-BEFORE-VALUE | 9110 5.5 | 400 | a coding after a tab, and a length | {POST}{H}Transfer-Encoding:\tchunked\r\n{CL5}\r\nhello
SMUG-ABSOLUTE-URI-HOST-MISMATCH | 9112 3.2.2 | 400 | an absolute target with another authority than Host | GET http://other.example.com/things HTTP/1.1\r\n{H}\r\n
SMUG-MULTIPLE-HOST-COMMA | 9110 7.2 | 400 | a host that is a list | {GET}Host: things.example, other.example.com\r\n\r\n
SMUG-CHUNK-BARE-CR-TERM | 9112 2.2 | cut 400 | a chunk size that ends with a bare CR | {POST}{H}{TE}\r\n5\rhello\r\n0\r\n\r\n
SMUG-HEADER-INJECTION | 9110 5.5 | once | a line end in a value begins a header, which is what it says | {GET}{H}X-Test: value\r\nX-Injected: yes\r\n\r\n
SMUG-CLTE-CONN-CLOSE | 9112 6.1 | 400 | a length and a coding, then a GET | {POST}{H}{CL5}{TE}\r\n0\r\n\r\n
SMUG-TECL-CONN-CLOSE | 9112 6.1 | 400 | a coding and a length, then a GET | {POST}{H}{TE}{CL5}\r\n0\r\n\r\n
SMUG-CLTE-DESYNC | 9112 6.1 | 400 | a byte after the last chunk and within the length, then a GET | {POST}{H}Content-Length: 6\r\n{TE}\r\n0\r\n\r\nX
SMUG-TECL-DESYNC | 9112 6.1 | 400 | a byte after the last chunk and far within the length, then a GET | {POST}{H}{TE}Content-Length: 30\r\n\r\n0\r\n\r\nX
SMUG-CLTE-SMUGGLED-GET | 9112 6.1 | 400 | a request after the last chunk and within the length | {POST}{H}Content-Length: 53\r\n{TE}\r\n0\r\n\r\n{SMUGGLED}
SMUG-CLTE-SMUGGLED-GET-CL-PLUS | 9112 6.1 | 400 | the same with a plus sign in the length | {POST}{H}Content-Length: +53\r\n{TE}\r\n0\r\n\r\n{SMUGGLED}
SMUG-CLTE-SMUGGLED-GET-CL-NON-NUMERIC | 9112 6.1 | 400 | the same with a letter in the length | {POST}{H}Content-Length: 53x\r\n{TE}\r\n0\r\n\r\n{SMUGGLED}
SMUG-CLTE-SMUGGLED-GET-TE-OBS-FOLD | 9112 5.2 | 400 | the same with the coding in the next line | {POST}{H}Transfer-Encoding:\r\n chunked\r\nContent-Length: 53\r\n\r\n0\r\n\r\n{SMUGGLED}
SMUG-CLTE-SMUGGLED-GET-TE-TRAILING-SPACE | 9112 6.1 | 400 | the same with a space after the coding | {POST}{H}Content-Length: 53\r\nTransfer-Encoding: chunked \r\n\r\n0\r\n\r\n{SMUGGLED}
SMUG-CLTE-SMUGGLED-GET-TE-LEADING-COMMA | 9112 6.1 | 400 | the same with a comma before the coding | {POST}{H}Content-Length: 53\r\nTransfer-Encoding: , chunked\r\n\r\n0\r\n\r\n{SMUGGLED}
SMUG-CLTE-SMUGGLED-GET-TE-CASE-MISMATCH | 9112 6.1 | 400 | the same with the coding in another case | {POST}{H}Content-Length: 53\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n{SMUGGLED}
SMUG-CLTE-SMUGGLED-HEAD | 9112 6.1 | 400 | a HEAD after the last chunk and within the length | {POST}{H}Content-Length: 54\r\n{TE}\r\n0\r\n\r\nHEAD /smuggled HTTP/1.1\r\n{H}\r\n
SMUG-TE-DUPLICATE-HEADERS-SMUGGLED-GET | 9112 6.1 | 400 | a request after the last chunk, with two codings | {POST}{H}{TE}Transfer-Encoding: identity\r\nContent-Length: 53\r\n\r\n0\r\n\r\n{SMUGGLED}
SMUG-TECL-SMUGGLED-GET | 9112 6.1 | 400 | a request in a chunk, beyond the length | {POST}{H}{TE}Content-Length: 4\r\n\r\n30\r\n{SMUGGLED}\r\n0\r\n\r\n
SMUG-DUPLICATE-CL-SMUGGLED-GET | 9110 8.6 | 400 | a request between two lengths | {POST}{H}Content-Length: 4\r\nContent-Length: 52\r\n\r\nPING{SMUGGLED}
SMUG-CHUNK-INVALID-SIZE-DESYNC | 9112 7.1 | cut 400 | a last chunk of +0 and a byte, then a GET | {POST}{H}{TE}\r\n+0\r\n\r\nX
SMUG-OPTIONS-TE-OBS-FOLD | 9112 5.2 | 400 | OPTIONS with the coding in the next line, and a length | {OPTIONS}{H}Transfer-Encoding:\r\n chunked\r\n{CL5}\r\nhello
SMUG-CL0-BODY-POISON | 9112 6.2 | last | a byte after a body of length 0 spoils the next request, not this one | {POST}{H}Content-Length: 0\r\n\r\nX
SMUG-GET-CL-PREFIX-DESYNC | 9110 9.3.1 | once {GET}{H} | a body that is the beginning of a request does not become one | {GET}{H}Content-Length: 44\r\n\r\n{GET}{H} | \r\n{NEXT}
SMUG-GET-CL-BODY-DESYNC | 9110 9.3.1 | once hello | the body of a GET is not the next request | {GET}{H}{CL5}\r\nhello
SMUG-OPTIONS-CL-BODY-DESYNC | 9110 9.3.7 | once hello | the body of OPTIONS is not the next request | {OPTIONS}{H}{CL5}\r\nhello
SMUG-EXPECT-100-CL-DESYNC | 9110 10.1.1 | once hello | the body of a client that did not wait is not the next request | {POST}{H}{CL5}Expect: 100-continue\r\n\r\nhello
SMUG-PIPELINE-SAFE | 9112 9.3 | once | two plain requests on one connection | {GET}{H}\r\n
`;

const MALFORMED = String.raw`
MAL-BINARY-GARBAGE | 9112 2.2 | eof 400 | bytes that are no HTTP | \xd9\x8a\x01\x7f\xfe\x22\x93\x00\x10\xee\xc1\x5a\x00\x0a\x0d\x80\xb6\x44\x1f
MAL-LONG-URL | 9110 15.5.15 | 400/414/431 | a target of 100 KB | GET /{A*100000} HTTP/1.1\r\n{H}\r\n
MAL-LONG-HEADER-VALUE | 6585 5 | 431 | a value of 100 KB | {GET}{H}X-Big: {B*100000}\r\n\r\n
MAL-LONG-HEADER-NAME | 6585 5 | 431 | a header name of 100 KB | {GET}{H}{A*100000}: val\r\n\r\n
MAL-MANY-HEADERS | 6585 5 | 431 | 10,000 headers | {GET}{H}{X-H: value\r\n*10000}\r\n
MAL-LONG-METHOD | 9112 3 | 400 | a method of 100 KB | {A*100000} /things HTTP/1.1\r\n{H}\r\n
MAL-NUL-IN-URL | 9112 3.2 | 400 | a NUL in the target | GET /\x00test HTTP/1.1\r\n{H}\r\n
MAL-CONTROL-CHARS-HEADER | 9110 5.5 | 400 | control characters in a value | {GET}{H}X-Test: abc\x07\x08\x0bdef\r\n\r\n
MAL-NUL-IN-HEADER-VALUE | 9110 5.5 | 400 | a NUL in a value | {GET}{H}X-Test: val\x00ue\r\n\r\n
MAL-NON-ASCII-HEADER-NAME | 9110 5.1 | 400 | UTF-8 in a header name | {GET}{H}X-T\xc3\xabst: value\r\n\r\n
MAL-NON-ASCII-URL | 9112 3.2 | 400 | UTF-8 in the target | GET /caf\xc3\xa9 HTTP/1.1\r\n{H}\r\n
MAL-URL-OVERLONG-UTF8 | 3629 3 | 400 | a slash in overlong UTF-8 | GET /\xc0\xaf HTTP/1.1\r\n{H}\r\n
# Sent on as it is: nothing here decodes it, and legacy answers it as it always has (docs/decisions/0013-path-tricks.md).
MAL-URL-BACKSLASH | 3986 3.3 | once | a backslash in the path | GET /things\\file HTTP/1.1\r\n{H}\r\n
MAL-URL-PERCENT-NULL | 3986 2.1 | once | an encoded NUL in the path | GET /things/%00 HTTP/1.1\r\n{H}\r\n
MAL-URL-PERCENT-CRLF | 9112 2.2 | once | an encoded line end in the path | GET /things/%0d%0aX-Injected:%20true HTTP/1.1\r\n{H}\r\n
MAL-RANGE-OVERLAPPING | 9110 14.2 | once | 1,000 ranges | {GET}{H}Range: bytes={0-,*1000}0-\r\n\r\n
MAL-CL-OVERFLOW | 9110 8.6 | 400 | a length beyond 64 bits | {POST}{H}Content-Length: 99999999999999999999\r\n\r\n
MAL-CL-EMPTY | 9110 8.6 | 400 | an empty length | {POST}{H}Content-Length: \r\n\r\n
MAL-CL-TAB-BEFORE-VALUE | 9110 5.5 | once hello | a tab before the length is not part of it | {POST}{H}Content-Length:\t5\r\n\r\nhello
MAL-POST-CL-HUGE-NO-BODY | 9112 6.3 | eof cut 400 | a length of 1 GB and no body | {POST}{H}Content-Length: 999999999\r\n\r\n
MAL-CHUNK-SIZE-OVERFLOW | 9112 7.1 | cut 400 | a chunk size beyond 64 bits | {POST}{H}{TE}\r\nFFFFFFFFFFFFFFFF0\r\nhello\r\n0\r\n\r\n
MAL-CHUNK-EXTENSION-LONG | 9112 7.1.1 | cut 413 | a chunk extension of 100 KB | {POST}{H}{TE}\r\n5;ext={A*100000}\r\nhello\r\n0\r\n\r\n
MAL-H2-PREFACE | 9113 3.4 | 400 | the preface of HTTP/2 | PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n
MAL-INCOMPLETE-REQUEST | 9112 2.1 | eof 400 | a head without its end | {GET}{H}X-Test: value
MAL-EMPTY-REQUEST | 9112 2.1 | eof none | a connection without a byte |
MAL-WHITESPACE-ONLY-LINE | 9112 2.2 | eof 400 | a line of spaces | \x20\x20\x20\r\n\r\n
`;

const NORMALIZATION = String.raw`
NORM-UNDERSCORE-CL | 9110 5.1 | 400 | a second length with an underscore in its name | {POST}{H}Content-Length: 11\r\nContent_Length: 99\r\n\r\nhello world
NORM-SP-BEFORE-COLON-CL | 9112 5.1 | 400 | a second length with a space before its colon | {POST}{H}Content-Length: 11\r\nContent-Length : 5\r\n\r\nhello world
NORM-TAB-IN-NAME | 9110 5.1 | 400 | a tab in the name of a second length | {POST}{H}Content-Length: 11\r\nContent\tLength: 99\r\n\r\nhello world
NORM-CASE-TE | 9110 5.1 | once hello world | the coding in upper case, which is the same name | {POST}{H}TRANSFER-ENCODING: chunked\r\n\r\nB\r\nhello world\r\n0\r\n\r\n
NORM-UNDERSCORE-TE | 9110 5.1 | 400 | a coding with an underscore in its name | {POST}{H}Transfer_Encoding: chunked\r\n\r\nB\r\nhello world\r\n0\r\n\r\n
`;

export const HTTP11_PROBE: readonly RawCase[] = [COMPLIANCE, SMUGGLING, MALFORMED, NORMALIZATION].flatMap(
  parseRawTable,
);
