using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;

namespace Smplat.Cli.Commands.Incident;

/// <summary>Takes parts one by one. One that cannot be had is noted with its reason and the others are taken all the same.</summary>
public sealed class SnapshotCollection(SnapshotArchive archive, SnapshotIndex index)
{
    public SnapshotIndex Index => index;

    public void LeaveOut(string file, string what, string source, string reason) =>
        index.Add(new(file, what, source, SnapshotPart.LeftOut, 0, reason));

    /// <summary>The same for parts that are objects; they are kept as JSON.</summary>
    public async Task<T?> TakeAsync<T>(
        string file, string what, string source, Func<Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        T? value = null;
        await TakeBytesAsync(
            file,
            what,
            source,
            async () => System.Text.Encoding.UTF8.GetBytes(CliResult.ToJson(value = await read()) + "\n"),
            cancellationToken);
        return value;
    }

    /// <returns>What was kept; null when it could not be had.</returns>
    public async Task<byte[]?> TakeBytesAsync(
        string file, string what, string source, Func<Task<byte[]>> read, CancellationToken cancellationToken)
    {
        try
        {
            var content = await read();
            index.Add(new(file, what, source, SnapshotPart.Kept, await archive.WriteAsync(file, content, cancellationToken), null));
            return content;
        }
        catch (Exception away) when (IsAway(away) && !cancellationToken.IsCancellationRequested)
        {
            index.Add(new(file, what, source, SnapshotPart.Missing, 0, Redaction.Redact(away.Message)));
            return null;
        }
    }

    /// <summary>Whatever an app or database in trouble does; a full disk or a defect of ours ends the command.</summary>
    private static bool IsAway(Exception exception) => DatabaseErrors.IsOutage(exception)
        || exception is HttpRequestException or OptionsValidationException or FileNotFoundException or DirectoryNotFoundException
            or UnauthorizedAccessException or System.Data.Common.DbException or InvalidDataException or ArgumentException;
}
