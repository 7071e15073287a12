namespace Smplat.Functions.Ops;

/// <summary>All files that the page loads.</summary>
public static class OpsAssets
{
    public static OpsAsset Style { get; } = OpsAsset.Read("ops.css", "text/css; charset=utf-8");

    public static OpsAsset Script { get; } = OpsAsset.Read("ops.js", "text/javascript; charset=utf-8");

    public static OpsAsset Icon { get; } = OpsAsset.Read("ops.svg", "image/svg+xml");

    private static readonly OpsAsset[] All = [Style, Script, Icon];

    public static OpsAsset? Find(string name) => Array.Find(All, asset => asset.Name == name);
}
