namespace Smplat.Tests.Analytics;

/// <summary>Where the app serves at the moment; it moves with every start.</summary>
internal sealed class AppUrl
{
    private volatile Uri? _current;

    public Uri? Current
    {
        get => _current;
        set => _current = value;
    }
}
