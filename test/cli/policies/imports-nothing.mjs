import { betterDevice } from "./good.mjs";

export default { name: "imports-nothing", summary: "asks for what is not there", create: () => ({ dispatch: betterDevice }) };
