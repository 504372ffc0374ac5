// Checks the answers to the questions in the text. Without it, the answer below each unfolds.
for (const form of document.querySelectorAll('form.quiz')) {
    const button = form.querySelector('button');
    const verdict = form.querySelector('.verdict');
    const answer = form.querySelector('details');
    const labels = [...form.querySelectorAll('label')];
    button.hidden = false;
    answer.hidden = true;

    form.addEventListener('submit', event => {
        event.preventDefault();
        const { answer: right } = form.dataset;
        const given = new FormData(form).get('answer');
        for (const label of labels) {
            const { value } = label.querySelector('input');
            label.classList.toggle('correct', value === right);
            label.classList.toggle('mistaken', value === given && value !== right);
        }
        form.classList.toggle('is-right', given === right);
        verdict.textContent = given === right ? '✓ Right.' : '✗ Not this one. The answer is:';
        answer.hidden = false;
        answer.open = true;
    });
}
