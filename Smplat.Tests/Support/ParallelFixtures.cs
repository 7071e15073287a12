// Fixtures run side by side, the tests of a fixture one after another. Most of their time is waiting: for processes, clocks,
// vendors. A fixture that changes what the whole process shares, or needs the machine to itself, is [NonParallelizable] and
// says why.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(4)]
