using Microsoft.Playwright;

namespace Smplat.Tests.Support;

/// <summary>
/// A real browser: <c>await using var browser = await Browser.LaunchAsync();</c> Without Chromium on the machine the test
/// is skipped, and fails in CI.
/// </summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Executables = ["/usr/bin/chromium", "/usr/bin/google-chrome"];

    private static readonly string[] Flags =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    public static async Task<Browser> LaunchAsync()
    {
        var executable = Array.Find(Executables, File.Exists);
        if (executable is null)
        {
            const string missing = "Neither chromium nor google-chrome is installed.";
            if (TestSettings.IsContinuousIntegration)
            {
                Assert.Fail(missing);
            }

            Assert.Ignore(missing);
        }

        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = executable, Args = Flags });
        return new(playwright, browser);
    }

    /// <summary>A page of its own with a window of this size. Closing the browser closes it.</summary>
    public async Task<IPage> OpenAsync(int width, int height)
    {
        var context = await _browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height } });
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
