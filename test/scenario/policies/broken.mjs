import { nothing } from "./single.mjs";

nothing();
