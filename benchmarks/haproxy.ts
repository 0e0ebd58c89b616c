// HAProxy with one thread and connections kept and shared on both sides.
import type { ProxyPorts } from './nginx.ts';

export function haproxyConfig({ port, legacy }: ProxyPorts): string {
  return `global
  nbthread 1
  maxconn 8000
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout http-keep-alive 1h
  option http-keep-alive
  http-reuse always
frontend clients
  bind 127.0.0.1:${port} backlog 4096
  default_backend legacy
backend legacy
  server legacy 127.0.0.1:${legacy}
`;
}
