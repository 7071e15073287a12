using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.LocalHost.Discovery;

internal sealed class LocalFunctionDefinition(FunctionMethod function) : FunctionDefinition
{
    public override string PathToAssembly { get; } = function.Method.DeclaringType!.Assembly.Location;

    public override string EntryPoint { get; } = function.EntryPoint;

    public override string Id { get; } = function.Name;

    public override string Name { get; } = function.Name;

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; } = Trigger(function);

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; } =
        ImmutableDictionary<string, BindingMetadata>.Empty;

    private static ImmutableDictionary<string, BindingMetadata> Trigger(FunctionMethod function)
    {
        var name = function.Trigger?.Name ?? "trigger";
        var binding = new LocalBindingMetadata(name, function.Timer is null ? "httpTrigger" : "timerTrigger");
        return ImmutableDictionary<string, BindingMetadata>.Empty.Add(name, binding);
    }
}
