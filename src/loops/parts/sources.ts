/** Where the schedules of OpenMP are defined. */
export const openmp = 'OpenMP Application Programming Interface 5.2, 2021, 11.5.3 "schedule Clause", https://www.openmp.org/spec-html/5.2/openmp.html';
