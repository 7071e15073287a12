namespace Smplat.LocalHost.Invocation;

/// <summary>The functions of the app, by name.</summary>
internal sealed class FunctionCatalog(IReadOnlyList<LocalFunction> functions)
{
    public IReadOnlyList<LocalFunction> All { get; } = functions;

    public IEnumerable<LocalFunction> Http => All.Where(function => function.Method.Http is not null);

    public IEnumerable<LocalFunction> Timers => All.Where(function => function.Method.Timer is not null);

    public LocalFunction? Find(string name) =>
        All.FirstOrDefault(function => string.Equals(function.Name, name, StringComparison.OrdinalIgnoreCase));
}
