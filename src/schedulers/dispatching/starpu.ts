/** Where StarPU describes its scheduling policy `name`. */
export function starpuHandbook(name: string): string {
  return `StarPU handbook, scheduling policy ${name}, https://files.inria.fr/starpu/doc/html/Scheduling.html`;
}
