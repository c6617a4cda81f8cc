import { assist } from '../measure/assist.ts';
import { load, loadTaskSchema } from './load.ts';

assist((task) => load(loadTaskSchema.parse(task)));
