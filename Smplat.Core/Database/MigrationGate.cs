namespace Smplat.Core.Database;

/// <summary>Whether the schema is known to be that of this build; readiness and background writers ask it.</summary>
public sealed class MigrationGate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsOpen => _opened.Task.IsCompletedSuccessfully;

    /// <summary>Why the last attempt failed; null before the first failure and once open.</summary>
    public string? LastError { get; private set; }

    public void Open()
    {
        LastError = null;
        _opened.TrySetResult();
    }

    public void Fail(string error) => LastError = error;

    public Task WaitAsync(CancellationToken cancellationToken) => _opened.Task.WaitAsync(cancellationToken);
}
