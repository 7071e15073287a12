using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices;

/// <summary>Lets one app at a time run on a local folder. A killed app holds it no longer.</summary>
internal static class RunLock
{
    /// <exception cref="LocalStartException">Another app runs; the message names its process and its address.</exception>
    public static FileLock Take(CheckoutFolder checkout) =>
        FileLock.TryTake(Path.Combine(checkout.CreateLocal(), "run.lock")) ?? throw Refusal(checkout);

    private static LocalStartException Refusal(CheckoutFolder checkout)
    {
        var who = RunningApp.Read(checkout.Local) is { } app
            ? $"The app already runs from this checkout: process {app.Pid}, {app.Url}."
            : "The app is already being started from this checkout.";
        return new(
            $"{who} Stop it first. For a second one beside it, with data of its own, set " +
            $"{LocalSettingNames.Folder} to another folder and SMPLAT_PORT to another port.");
    }
}
