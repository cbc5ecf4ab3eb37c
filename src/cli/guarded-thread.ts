import { runInGuardedThread } from "./guard.ts";
import { main } from "./main.ts";

await runInGuardedThread(main);
