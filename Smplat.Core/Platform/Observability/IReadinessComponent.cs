namespace Smplat.Core.Platform.Observability;

/// <summary>A part of the app that readiness reports on. It is asked with a time limit and may throw.</summary>
public interface IReadinessComponent
{
    /// <summary>Key in the <c>components</c> map.</summary>
    string Name { get; }

    Task<ComponentState> CheckAsync(CancellationToken cancellationToken);
}
