using Smplat.Core.Platform.Security;

namespace Smplat.Tests.Platform.Security;

public sealed class RedactionTests
{
    [TestCase("GET https://x.test/a?token=abc failed", "GET https://x.test/a?… failed")]
    [TestCase("Password=hunter2;Host=db", "Password=***;Host=db")]
    [TestCase("authorization: Bearer-abc", "authorization: ***")]
    [TestCase("mail to jane.doe@example.org bounced", "mail to ***@*** bounced")]
    [TestCase("first\n   second", "first second")]
    public void Secrets_and_addresses_are_removed(string text, string expected) =>
        Assert.That(Redaction.Redact(text), Is.EqualTo(expected));

    [Test]
    public void Long_text_is_truncated_to_the_limit() =>
        Assert.That(Redaction.Redact(new string('x', 10_000), 96), Has.Length.EqualTo(96).And.EndsWith("…"));
}
