import { simulatedKeys } from "@socdefenders/simulator";
import { inject } from "vitest";
import { faultTest } from "./fault-test.ts";
import type { InnerPoint } from "./plan.ts";
import { pageSize, type SceneOptions } from "./scene.ts";
import { connectorId, openctiToken } from "./targets.ts";

const points: readonly InnerPoint[] = ["page-asked", "page-received", "items-mapped", "request-sent", "answered"];

const host: SceneOptions["host"] = ({ feed, target, state }) => ({
  command: [inject("connector")],
  environment: {
    OPENCTI_URL: target,
    OPENCTI_TOKEN: openctiToken,
    CONNECTOR_ID: connectorId,
    CONNECTOR_QUEUE_PROTOCOL: "api",
    CONNECTOR_RUN_AND_TERMINATE: "true",
    SOCDEFENDERS_ENDPOINT: feed,
    SOCDEFENDERS_API_KEY: simulatedKeys.pro,
    SOCDEFENDERS_COLLECTIONS: "soc-defenders-all",
    SOCDEFENDERS_START: "2000-01-01T00:00:00Z",
    SOCDEFENDERS_STATE_DIRECTORY: state,
    SOCDEFENDERS_PAGE_SIZE: String(pageSize),
  },
});

for (const point of points) {
  for (const nth of [1, 2, 3]) {
    faultTest(
      { fault: `connector.mjs: kill at ${point}`, target: "opencti", detail: `time ${nth}`, scene: { host } },
      async (scene) => {
        const { signal } = await scene.run({ plan: { kill: { point, nth } } });
        if (signal !== "SIGKILL") throw new Error(`${point} was never come to`);
        return scene.finish();
      },
    );
  }
}
