// Entry of a worker process of `paritygate serve`. Signals reach it too, from a terminal or a service manager that means
// the whole group; the main process decides what they mean, and a worker must not end before it was told to.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

const { runWorker } = await import('./worker-life.ts');
runWorker();
