namespace Smplat.LocalHost.LocalServices.Postgres;

/// <summary>Postgres programs on this machine.</summary>
/// <param name="BinFolder">Holds postgres, initdb and pg_ctl.</param>
/// <param name="Major">Data folders are valid for one major version only.</param>
/// <param name="IsEmbedded">Installed by npm into the checkout, not by the system.</param>
public sealed record PostgresInstallation(string BinFolder, int Major, bool IsEmbedded)
{
    /// <summary>The oldest version that our SQL runs on.</summary>
    public const int OldestMajor = 15;

    public string Program(string name) => Path.Combine(BinFolder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    public override string ToString() => $"PostgreSQL {Major} ({(IsEmbedded ? "embedded" : BinFolder)})";
}
