// nginx configurations: as the two backends, and as a proxy with and without `mirror`. Every proxy is in its leanest
// sensible form: one worker, no log, kept connections on both sides, no header added.

const COMMON = `
daemon off;
worker_processes 1;
error_log stderr crit;
`;

const HTTP = `
  access_log off;
  keepalive_timeout 3600s;
  keepalive_requests 1000000000;
  client_body_buffer_size 256k;
  client_body_temp_path client-bodies;
  proxy_temp_path proxy-bodies;
  fastcgi_temp_path fastcgi-bodies;
  uwsgi_temp_path uwsgi-bodies;
  scgi_temp_path scgi-bodies;
`;

/** nginx gives its workers to another user when root starts it, and that one may not read the directory of the run. */
function userLine(): string {
  return process.getuid?.() === 0 ? 'user root;' : '';
}

function configOf(http: string): string {
  return `${userLine()}${COMMON}pid nginx.pid;
events { worker_connections 16384; }
http {${HTTP}${http}}
`;
}

export interface Backend {
  readonly port: number;
  /** The directory with its documents. */
  readonly root: string;
}

/** Serves each directory on its port, and on a port of its own how many requests it has had. */
export function backendConfig(backends: readonly Backend[], statusPort: number): string {
  return configOf(`
  default_type application/json;
  etag off;
  sendfile on;
  open_file_cache max=1000 inactive=1h;
  open_file_cache_valid 1h;
${backends.map(backendServer).join('')}
  server { listen 127.0.0.1:${statusPort}; location = /requests { stub_status; } }
`);
}

// nginx has no files for POST. The `mirror` of its location reads the whole body first, as a backend would; then 405, what a
// file answers to POST, becomes the answer to GET.
function backendServer({ port, root }: Backend): string {
  return `
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${root};
    if ($request_method = POST) { rewrite ^ /post$uri last; }
    location / { }
    location /post/ { internal; alias ${root}/; mirror /read; error_page 405 =200 $request_uri; }
    location = /read { internal; return 204; }
  }
`;
}

const KEEP = `proxy_http_version 1.1; proxy_set_header Connection "";`;
const BUFFERS = `proxy_buffers 32 8k; proxy_max_temp_file_size 0;`;

export interface ProxyPorts {
  readonly port: number;
  readonly legacy: number;
}

export function proxyConfig({ port, legacy }: ProxyPorts): string {
  return configOf(`
  upstream legacy { server 127.0.0.1:${legacy}; keepalive 512; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { proxy_pass http://legacy; ${KEEP} ${BUFFERS} }
  }
`);
}

export function mirrorConfig({ port, legacy, candidate }: ProxyPorts & { readonly candidate: number }): string {
  return configOf(`
  upstream legacy { server 127.0.0.1:${legacy}; keepalive 512; keepalive_requests 1000000000; }
  upstream candidate { server 127.0.0.1:${candidate}; keepalive 512; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { mirror /mirror; proxy_pass http://legacy; ${KEEP} ${BUFFERS} }
    location = /mirror { internal; proxy_pass http://candidate$request_uri; ${KEEP} ${BUFFERS} }
  }
`);
}
