namespace Smplat.LocalHost.LocalServices.Postgres;

/// <summary>The main process of a running Postgres and the port that it listens on.</summary>
public sealed record RunningPostmaster(int Pid, int Port);
