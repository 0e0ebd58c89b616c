# The image serves as a user without rights and keeps nothing of its own: mount a directory with paritygate.yaml, the
# contract and the flags at /config, and let `store` point to a directory that uid 1000 may write, such as /data.
#
#   docker build -t paritygate .
#   docker run -p 8080:8080 -v "$PWD/config:/config:ro" -v paritygate-data:/data paritygate
#
# In the config: `listen: 0.0.0.0:8080`, `store: sqlite:/data/observations.db`, `reports: /data/reports`. The control API
# stays on the container's own loopback; reach it by `docker exec <container> node dist/cli/main.js status -c /config/paritygate.yaml`.

# Not below 24.18.1: older ones let a client smuggle requests (CVE-2026-58044).
ARG NODE_IMAGE=node:24.19.0-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY openapi ./openapi
COPY schemas ./schemas
RUN mkdir /data && chown node:node /data
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
# Liveness, not readiness: a backend that is down is no reason to restart the proxy. Set PARITYGATE_CONTROL when
# `control.listen` is not the default.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(new URL('/health/live', process.env.PARITYGATE_CONTROL ?? 'http://127.0.0.1:9090'), { signal: AbortSignal.timeout(2500) }).then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["serve", "--config", "/config/paritygate.yaml"]
