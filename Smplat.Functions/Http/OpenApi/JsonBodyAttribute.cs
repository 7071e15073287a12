using Smplat.Functions.Http.Answers;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>The JSON body that an operation reads.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class JsonBodyAttribute(Type type, Naming naming) : Attribute
{
    public Type Type { get; } = type;

    public Naming Naming { get; } = naming;

    /// <summary>A body that works, as JSON; it is shown in the document and sent by the test that calls every operation.</summary>
    public string? Example { get; init; }
}
