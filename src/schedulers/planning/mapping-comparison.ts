/** Where OLB and Duplex are compared with MET, MCT, min-min and max-min. */
export const comparisonPaper = "T. D. Braun et al., \"A comparison of eleven static heuristics for mapping a class of independent tasks onto heterogeneous distributed computing systems\", JPDC 61(6), 2001, doi:10.1006/jpdc.2000.1714";
