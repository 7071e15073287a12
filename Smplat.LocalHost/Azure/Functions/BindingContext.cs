namespace Microsoft.Azure.Functions.Worker;

/// <summary>What the trigger says about an invocation, route values included.</summary>
public abstract class BindingContext
{
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}
