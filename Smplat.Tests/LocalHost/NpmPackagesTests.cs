namespace Smplat.Tests.LocalHost;

public sealed class NpmPackagesTests
{
    private const string Install = "sleep 0.3; rm -rf node_modules; mkdir node_modules";

    [Test]
    public async Task Runs_that_start_together_install_once()
    {
        await using var checkout = TemporaryCheckout.Create();
        using var npm = new FakeNpm(Install);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => npm.Packages(checkout).EnsureAsync(CancellationToken.None)));

        Assert.That(npm.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task A_changed_lock_file_installs_again()
    {
        await using var checkout = TemporaryCheckout.Create();
        using var npm = new FakeNpm(Install);
        await npm.Packages(checkout).EnsureAsync(CancellationToken.None);
        await npm.Packages(checkout).EnsureAsync(CancellationToken.None);
        Assert.That(npm.Count, Is.EqualTo(1));

        await File.AppendAllTextAsync(Path.Combine(checkout.Path, "package-lock.json"), "\n");
        await npm.Packages(checkout).EnsureAsync(CancellationToken.None);

        Assert.That(npm.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task A_failed_install_is_retried()
    {
        await using var checkout = TemporaryCheckout.Create();
        using (var broken = new FakeNpm("mkdir -p node_modules; exit 1"))
        {
            await Assert.ThrowsAsync<Smplat.LocalHost.LocalStartException>(
                () => broken.Packages(checkout).EnsureAsync(CancellationToken.None));
        }

        using var npm = new FakeNpm(Install);
        await npm.Packages(checkout).EnsureAsync(CancellationToken.None);

        Assert.That(npm.Count, Is.EqualTo(1));
    }
}
