import { writeFileSync } from "node:fs";
import { metrics, trace } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";

// What an operator loads with `node --import`, except that it keeps in memory what would go to a collector, and writes it to a file.
const spans = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: points });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

process.once("beforeExit", () => void writeTold());

async function writeTold(): Promise<void> {
  await reader.forceFlush();
  const told = {
    spans: spans.getFinishedSpans().map((span) => {
      const { name, attributes, status, parentSpanContext } = span;
      return { name, attributes, status, parent: parentSpanContext?.spanId ?? null, id: span.spanContext().spanId };
    }),
    metrics: points
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics: named }) => named))
      .map(({ descriptor: { name }, dataPoints }) => ({
        name,
        points: dataPoints.map(({ attributes, value }) => ({ attributes, value })),
      })),
  };
  writeFileSync(process.env["TELEMETRY_FILE"] ?? "", JSON.stringify(told));
}
