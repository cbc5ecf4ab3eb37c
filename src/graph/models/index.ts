import { Registry } from "../../base/registry.ts";
import { bertBase } from "./bert.ts";
import type { AnyModel } from "./define-model.ts";
import { gpt2 } from "./gpt.ts";
import { lstm } from "./lstm.ts";
import { mlp } from "./mlp.ts";
import { mobilenetV2 } from "./mobilenet.ts";
import { resnet18, resnet50 } from "./resnet.ts";
import { vgg19 } from "./vgg.ts";
import { vitB16 } from "./vit.ts";

export { buildModel, type AnyModel, type ModelDefinition } from "./define-model.ts";

/** Every network that Heddle can build without a file. */
export const models: readonly AnyModel[] = [resnet18, resnet50, vgg19, mobilenetV2, lstm, bertBase, gpt2, vitB16, mlp];

/** {@link models} by name. */
export const modelRegistry = new Registry<AnyModel>("model", models);
