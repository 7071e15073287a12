using System.Security.Cryptography;
using System.Text;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices.Postgres;

/// <summary>
/// Where Postgres keeps its things so that its account can reach them. Below the checkout, except when root works in a
/// place that is closed to others (such as /root or a folder of mktemp): then below /var/lib.
/// </summary>
public static class ReachableFolder
{
    private const string ForRoot = "/var/lib/smplat-local";

    /// <returns>A folder of this checkout that the account can enter.</returns>
    public static async Task<string> FindAsync(
        CheckoutFolder checkout, ServerAccount account, CancellationToken cancellationToken)
    {
        var local = checkout.CreateLocal();
        if (await account.CanEnterAsync(local, cancellationToken))
        {
            return local;
        }

        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(local)))[..12];
        var elsewhere = Path.Combine(ForRoot, name);
        Directory.CreateDirectory(elsewhere);
        return await account.CanEnterAsync(elsewhere, cancellationToken)
            ? elsewhere
            : throw new LocalStartException(
                $"The account {account.Name} can enter neither {local} nor {elsewhere}, so Postgres has nowhere to keep its data. " +
                "Move the checkout, run as an ordinary user, or set SMPLAT_DATABASE to a Postgres that is already running.");
    }

    /// <returns>The installation itself, or a copy of its programs where the account can run them.</returns>
    public static async Task<PostgresInstallation> EnsureRunnableAsync(
        PostgresInstallation installation, CheckoutFolder checkout, ServerAccount account, CancellationToken cancellationToken)
    {
        if (!installation.IsEmbedded || await account.CanEnterAsync(installation.BinFolder, cancellationToken))
        {
            return installation;
        }

        var programs = Path.GetDirectoryName(installation.BinFolder)!;
        var place = await FindAsync(checkout, account, cancellationToken);
        var copy = Path.Combine(place, $"postgres-programs-{File.GetLastWriteTimeUtc(programs).Ticks:x}");
        using var held = await FileLock.TakeAsync(
            Path.Combine(place, "programs.lock"), TimeSpan.FromMinutes(2), () => { }, cancellationToken);
        if (!Directory.Exists(copy))
        {
            var draft = $"{copy}.draft";
            var result = await LocalCommand.RunAsync(
                new("cp", ["-R", "-P", programs, draft]), TimeSpan.FromMinutes(2), cancellationToken);
            result.ThrowIfFailed($"Copying the embedded Postgres to {copy}");
            Directory.Move(draft, copy);
        }

        return installation with { BinFolder = Path.Combine(copy, "bin") };
    }
}
