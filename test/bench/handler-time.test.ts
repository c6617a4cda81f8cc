import t from 'tap';
import { handlerMilliseconds } from '#bench/handler-time';

t.test('adds up the time of all handlers of a webhook', async (t) => {
  const metrics = [
    '# TYPE process_cpu_seconds_total counter',
    'process_cpu_seconds_total 12',
    '# TYPE example_admission_duration_seconds histogram',
    'example_admission_duration_seconds_bucket{path="/mutate",le="+Inf"} 4',
    'example_admission_duration_seconds_sum{path="/mutate"} 0.25',
    'example_admission_duration_seconds_count{path="/mutate"} 4',
    'example_admission_duration_seconds_sum{path="/validate"} 0.5',
  ];
  t.equal(handlerMilliseconds(metrics.join('\n')), 750);
});

t.test('is silent about a webhook that does not tell', async (t) => {
  t.equal(handlerMilliseconds('# TYPE process_cpu_seconds_total counter\n'), undefined);
});
