export { work } from "../../../src/calibrate/measure/work.ts";
