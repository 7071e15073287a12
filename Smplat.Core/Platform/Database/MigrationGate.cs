namespace Smplat.Core.Platform.Database;

/// <summary>Whether the schema is known to be that of this build; readiness and background writers ask it.</summary>
public sealed class MigrationGate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsOpen => _opened.Task.IsCompletedSuccessfully;

    /// <summary>Why the last attempt failed; null before the first failure and once open.</summary>
    public string? LastError { get; private set; }

    /// <summary>What the database has and this build does not know; empty while both are of one version.</summary>
    public IReadOnlyList<string> Newer { get; private set; } = [];

    /// <param name="newer">Migrations of a newer version, on which this build runs.</param>
    public void Open(IReadOnlyList<string>? newer = null)
    {
        Newer = newer ?? [];
        LastError = null;
        _opened.TrySetResult();
    }

    public void Fail(string error) => LastError = error;

    public Task WaitAsync(CancellationToken cancellationToken) => _opened.Task.WaitAsync(cancellationToken);
}
