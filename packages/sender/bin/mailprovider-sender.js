#!/usr/bin/env node
// A name whose name servers are silent holds a thread for 10 s or more, and only half of the threads
// look up names: of the usual 4, two such names stop all other lookups. To load an ES module starts
// the threads, so this is CommonJS.
process.env.UV_THREADPOOL_SIZE ??= '64';
void import('../dist/main.js');
