using Microsoft.Azure.Functions.Worker;

namespace Smplat.LocalHost.Discovery;

internal sealed class LocalBindingMetadata(string name, string type) : BindingMetadata
{
    public override string Name { get; } = name;

    public override string Type { get; } = type;
}
