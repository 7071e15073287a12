namespace Smplat.Functions.Ops;

/// <summary>An entry of the page's navigation.</summary>
public sealed record OpsSection(string Name, string Path)
{
    public static readonly OpsSection Overview = new("Overview", "/ops");
    public static readonly OpsSection Jobs = new("Jobs", "/ops/jobs");
    public static readonly OpsSection Queue = new("Queue", "/ops/queue");
    public static readonly OpsSection Providers = new("Providers", "/ops/providers");
    public static readonly OpsSection Commerce = new("Commerce", "/ops/commerce");
    public static readonly OpsSection Recovery = new("Recovery", "/ops/recovery");
    public static readonly OpsSection Switches = new("Switches", "/ops/flags");

    public static readonly IReadOnlyList<OpsSection> All = [Overview, Jobs, Queue, Providers, Commerce, Recovery, Switches];
}
