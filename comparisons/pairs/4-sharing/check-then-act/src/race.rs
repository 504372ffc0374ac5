//! Two people withdraw 80 from an account with 100 at the same time.

use std::{sync::Barrier, thread};

use pair::Unit;

use crate::{
    account::{AMOUNT, Account, OPENING},
    balance::Balance,
    meeting::{Meeting, Point},
};

pub(crate) type Withdraw<B> = fn(&Account<B>, i64) -> bool;

/// Has the second withdraw when the first has checked the balance and not changed it yet. Returns
/// what was paid, and what is left.
pub(crate) fn staged<B: Balance>(withdraw: Withdraw<B>) -> (i64, i64) {
    let meeting = Some(Meeting::default());
    let account = Account { number: 0, balance: B::open(0, OPENING), meeting };
    let granted = thread::scope(|scope| {
        let meeting = account.meeting.as_ref().expect("it was just made");
        let second = scope.spawn(|| {
            meeting.wait_for(Point::FirstHasChecked);
            let granted = Unit::begin(1).run(|| withdraw(&account, AMOUNT));
            meeting.reach(Point::SecondIsDoneOrBlocked);
            granted
        });
        let first = Unit::begin(0).run(|| withdraw(&account, AMOUNT));
        [first, second.join().expect("no way to withdraw panics")]
    });
    (granted.map(i64::from).iter().sum::<i64>() * AMOUNT, account.balance.left())
}

/// Has two threads withdraw from each of so many accounts, leaves it to chance when they meet, and
/// returns how many accounts paid both.
pub(crate) fn by_chance<B: Balance>(accounts: u32, withdraw: Withdraw<B>) -> usize {
    let open = |number| Account { number, balance: B::open(number, OPENING), meeting: None };
    let accounts: Vec<Account<B>> = (0..accounts).map(open).collect();
    let start = Barrier::new(2);
    let withdraw_all = || {
        start.wait();
        accounts.iter().map(|account| withdraw(account, AMOUNT)).collect::<Vec<_>>()
    };
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(withdraw_all);
        (withdraw_all(), first.join().expect("no way to withdraw panics"))
    });
    first.into_iter().zip(second).filter(|&granted| granted == (true, true)).count()
}
