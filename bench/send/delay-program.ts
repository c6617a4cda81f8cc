import { z } from 'zod';
import { assist } from '../measure/assist.ts';
import { startDelayProxy } from './delay-proxy.ts';

const taskSchema = z.object({ port: z.int(), roundTripMs: z.number() });

assist(async (task) => {
  const { port } = await startDelayProxy(taskSchema.parse(task));
  return { port };
});
