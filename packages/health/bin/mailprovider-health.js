#!/usr/bin/env node
// A name whose name servers are silent holds a thread for 10 s or more, and only half of the threads
// look up names: of the usual 4, two such names stop all other lookups. To load an ES module starts
// the threads, so this is CommonJS.
process.env.UV_THREADPOOL_SIZE ??= '64';
// The first checks of many providers make garbage faster than V8 collects it by itself: 20 MiB of 250
// with 1,000 providers, at a few hundredths of the time.
require('node:v8').setFlagsFromString('--heap-growing-percent=50');
void import('../dist/main.js');
