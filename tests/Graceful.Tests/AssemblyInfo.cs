using Xunit.Sdk;
using Xunit.v3;

// TestClock moves time only while the thread pool is idle: a test beside it would keep it busy.
[assembly: Parallelization(Mode = ParallelMode.None)]
