namespace Smplat.Tests.Commerce.Support;

/// <summary>
/// Names the known defect of earlier routers that a test guards against, as <c>docs/commerce.md</c> numbers them:
/// <c>dotnet test --filter "Prevents=S-4"</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class PreventsAttribute(string defect) : PropertyAttribute("Prevents", defect)
{
    public string Defect => (string)Properties.Get("Prevents")!;
}
