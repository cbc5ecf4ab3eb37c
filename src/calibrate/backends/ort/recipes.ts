import type { Kernel } from "../../sample.ts";
import type { Site } from "./site.ts";
import { convRecipe } from "./recipes-conv.ts";
import { elementwiseRecipes } from "./recipes-elementwise.ts";
import { matrixRecipes } from "./recipes-matrix.ts";
import { movementRecipes } from "./recipes-movement.ts";
import { rowRecipes } from "./recipes-rows.ts";

/** What a recipe has put into the model. */
export interface Made {
  /** The value that the kernel makes, and how many axes it has. */
  readonly result: string;
  readonly rank: number;
  /** The first number of the result, computed in plain JavaScript. */
  readonly first?: () => number;
}

/** Puts a kernel into a model; undefined where it cannot run a kernel of these extents. */
export type Recipe = (site: Site, kernel: Kernel) => Made | undefined;

/** Recipes by kind and variant: `kind` or `kind|variant`. */
const recipes: Readonly<Record<string, Recipe>> = { ...convRecipe, ...matrixRecipes, ...elementwiseRecipes, ...rowRecipes, ...movementRecipes };

/** The recipe of a kernel; undefined where there is none. */
export function recipeOf({ kind, variant }: Kernel): Recipe | undefined {
  return recipes[variant === undefined ? kind : `${kind}|${variant}`];
}
