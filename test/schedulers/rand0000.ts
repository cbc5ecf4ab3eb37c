/**
 * The graph rand0000 of the Standard Task Graph Set's 50 tasks, as numbers: of each task, from 0 on, its time and the tasks
 * that it comes after. The first and the last take no time.
 * @source T. Tobita, H. Kasahara, "A standard task graph set for fair evaluation of multiprocessor scheduling algorithms",
 * Journal of Scheduling 5(5), 2002; published optima: 131, 66 and 55 on 2, 4 and 8 processors.
 */
const tasks = `
0 9<0 4<0 3<0 6<0 4<1 3<5 3<0 8<6 9<0 2<2,6,8 1<9 10<0 10<6 3<0 1<0 9<0 4<8,10 2<6 6<13 8<10,12,14,16,19
1<7,15 10<13 2<1,11 6<7 3<14 2<5,12 8<12,13 4<6,8,13,14 5<7 4<6,11,15,26 6<27 9<14 6<23 1<4,16,22 9<0 7<20,24
1<10,18 1<21,30,36 7<7,27,28,32,37 5<2,4,7,14 2<6,15,26,35,37 5<1,6 9<10,15,22,30 6<0 6<24,27,37
5<2,7,15,23,25,41 6<15,16,20,33,44 2<23,28,29,40,41 9<30,39,46,47 10<20,32,46
0<3,17,31,34,38,42,43,45,48,49,50
`;

/** The same in the set's own format. */
export function rand0000(): string {
  const rows = tasks.trim().split(/\s+/).map((task, id) => {
    const [time, after = ""] = task.split("<");
    const before = after === "" ? [] : after.split(",");
    return [id, time, before.length, ...before].join(" ");
  });
  return [rows.length - 2, ...rows].join("\n");
}

export const rand0000Optima = [[2, 131], [4, 66], [8, 55]] as const;
